namespace Weir.TcpIp.Tcp;

/// <summary>Connections by addresses and ports: open addressing with linear probing, at most half full.</summary>
/// <remarks>The hash is keyed: who chooses addresses and ports can't make them collide. The hash lies beside the reference, so a probe that does not match costs no second look.</remarks>
internal sealed class ConnectionTable(UInt128 key)
{
    private readonly ulong _k0 = (ulong)key | 1;
    private readonly ulong _k1 = (ulong)(key >> 64);
    private Entry[] _entries = new Entry[64];

    // Segments come in runs: the one found last is looked at before anything is hashed.
    private TcpConnection? _last;

    public int Count { get; private set; }

    public TcpConnection? Find(in FourTuple tuple) => _last is { } last && last.Tuple.Equals(tuple) ? last : Search(tuple);

    /// <summary>The tuple must not be there yet.</summary>
    public void Add(TcpConnection connection)
    {
        if (2 * (Count + 1) > _entries.Length)
            Grow();
        Place(_entries, new Entry(Hash(connection.Tuple), connection));
        Count++;
    }

    public void Delete(TcpConnection connection)
    {
        if (_last == connection)
            _last = null;
        int mask = _entries.Length - 1;
        int index = (int)Hash(connection.Tuple) & mask;
        while (_entries[index].Connection != connection)
        {
            if (_entries[index].Connection is null)
                return;
            index = (index + 1) & mask;
        }

        // What follows without a gap moves up, unless it already lies at or behind its own place.
        for (int next = (index + 1) & mask; _entries[next].Connection is not null; next = (next + 1) & mask)
        {
            int home = (int)_entries[next].Hash & mask;
            if (((next - home) & mask) >= ((next - index) & mask))
            {
                _entries[index] = _entries[next];
                index = next;
            }
        }

        _entries[index] = default;
        Count--;
    }

    public IEnumerable<TcpConnection> All()
    {
        foreach (Entry entry in _entries)
        {
            if (entry.Connection is not null)
                yield return entry.Connection;
        }
    }

    private TcpConnection? Search(in FourTuple tuple)
    {
        ulong hash = Hash(tuple);
        Entry[] entries = _entries;
        for (int index = (int)hash & (entries.Length - 1); ; index = (index + 1) & (entries.Length - 1))
        {
            ref Entry entry = ref entries[index];
            if (entry.Connection is null)
                return null;
            if (entry.Hash == hash && entry.Connection.Tuple.Equals(tuple))
                return _last = entry.Connection;
        }
    }

    private static void Place(Entry[] entries, Entry entry)
    {
        int index = (int)entry.Hash & (entries.Length - 1);
        while (entries[index].Connection is not null)
            index = (index + 1) & (entries.Length - 1);
        entries[index] = entry;
    }

    private void Grow()
    {
        var larger = new Entry[2 * _entries.Length];
        foreach (Entry entry in _entries)
        {
            if (entry.Connection is not null)
                Place(larger, entry);
        }

        _entries = larger;
    }

    /// <summary>Folded 128-bit products with the secret in each factor: a few nanoseconds, and nothing to be learned from outside.</summary>
    private ulong Hash(in FourTuple tuple)
    {
        ulong remote = Mix((ulong)tuple.RemoteAddress ^ _k0, (ulong)(tuple.RemoteAddress >> 64) ^ _k1 ^ tuple.Ports);
        ulong local = Mix((ulong)tuple.LocalAddress ^ _k1, (ulong)(tuple.LocalAddress >> 64) ^ remote ^ _k0);
        return Mix(local ^ tuple.Ports, _k0 ^ remote);
    }

    private static ulong Mix(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    private readonly record struct Entry(ulong Hash, TcpConnection Connection);
}
