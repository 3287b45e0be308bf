namespace Weir.TcpIp.Ip;

/// <summary>What routers said of the largest packet that reaches a destination (RFC 1191, RFC 8201). Bounded, and forgotten after ten minutes.</summary>
internal sealed class PathMtuCache
{
    public const int MaxEntries = 1024;

    /// <summary>net.ipv4.route.min_pmtu: who says less than this is likelier to attack than to help.</summary>
    public const int SmallestIpv4 = 552;

    /// <summary>RFC 8201 4: every IPv6 link carries this.</summary>
    public const int SmallestIpv6 = 1280;

    /// <summary>RFC 8201 4, RFC 1191 6.3: at least 5, better 10 minutes.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Dictionary<UInt128, (int Mtu, TimeSpan Until)> _entries = [];
    private readonly Queue<UInt128> _order = new();

    public int Count => _entries.Count;

    public TimeSpan? NextDeadline => _order.TryPeek(out UInt128 oldest) ? _entries[oldest].Until : null;

    /// <summary>The known limit, or <paramref name="linkMtu"/> when that is less or nothing is known.</summary>
    public int Find(UInt128 destination, int linkMtu) =>
        _entries.Count > 0 && _entries.TryGetValue(destination, out (int Mtu, TimeSpan Until) entry) ? Math.Min(entry.Mtu, linkMtu) : linkMtu;

    /// <summary>Lowers the limit; a message never raises it (RFC 8201 4).</summary>
    public bool Lower(UInt128 destination, int current, int mtu, TimeSpan now)
    {
        mtu = Math.Max(mtu, Packets.IpAddressBits.IsIpv4(destination) ? SmallestIpv4 : SmallestIpv6);
        if (mtu >= Find(destination, current))
            return false;
        if (_entries.TryAdd(destination, (mtu, now + Lifetime)))
        {
            _order.Enqueue(destination);
            if (_entries.Count > MaxEntries)
                _entries.Remove(_order.Dequeue());
        }
        else
        {
            // It keeps its place and its time: what was learned first expires first, and the order of the queue stays that of the times.
            _entries[destination] = (mtu, _entries[destination].Until);
        }

        return true;
    }

    public void Expire(TimeSpan now)
    {
        while (_order.TryPeek(out UInt128 oldest) && _entries[oldest].Until <= now)
            _entries.Remove(_order.Dequeue());
    }
}
