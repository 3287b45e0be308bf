namespace Weir.TcpIp.Dns;

/// <summary>A stub resolver (RFC 1034 5.3.1, RFC 1035): asks servers that do the work, over UDP, and over TCP what is too long for that.</summary>
/// <remarks>
/// <code>
/// DnsLookup, a name ─┬─ DnsQuery for A ────┬─ a UDP socket for each try, or DnsConnection ─► the servers in turn
///                    └─ DnsQuery for AAAA ─┘
/// </code>
/// Nothing is kept: who asks again asks a server again. Each try has a port and an id of its own, and only the server that was asked can answer, with the
/// question repeated (RFC 5452 9). Documents to read before changing it: RFC 1035 4, 2308 2.2, 5452, 7766, resolv.conf(5).
/// </remarks>
public sealed class DnsResolver
{
    private readonly Func<uint> _random;
    private readonly List<DnsQuery> _queries = [];
    private readonly List<DnsQuery> _due = [];

    internal DnsResolver(NetworkStack stack, Func<uint> random)
    {
        Stack = stack;
        _random = random;
    }

    /// <summary>Questions that wait for an answer; a name has one for each family.</summary>
    public int Waiting => _queries.Count;

    internal NetworkStack Stack { get; }

    /// <summary>MaxValue: nothing waits.</summary>
    internal TimeSpan NextDeadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Asks for the addresses of a name, of the families that the stack has addresses of.</summary>
    /// <param name="name">Letters, digits, hyphens, underscores and dots, with or without the last one; no search domain is added. An address is its own answer, localhost is the loopback (RFC 6761 6.3).</param>
    /// <param name="options">Whom to ask.</param>
    /// <param name="completed">Called once: during this call when there is nothing to ask, else from within the stack's Receive or Expire.</param>
    /// <param name="now">The time.</param>
    public DnsLookup Resolve(string name, DnsOptions options, Action<DnsLookup>? completed, TimeSpan now)
    {
        Stack.SetNow(now);
        var lookup = new DnsLookup(this, name, options, completed);
        lookup.Start();
        return lookup;
    }

    internal ushort DrawId() => (ushort)_random();

    internal void Add(DnsQuery query) => _queries.Add(query);

    internal void Remove(DnsQuery query)
    {
        _queries.Remove(query);
        if (_queries.Count == 0)
            NextDeadline = TimeSpan.MaxValue;
    }

    internal void Schedule(TimeSpan deadline)
    {
        if (deadline < NextDeadline)
            NextDeadline = deadline;
    }

    internal void Expire(TimeSpan now)
    {
        if (now < NextDeadline)
            return;
        NextDeadline = TimeSpan.MaxValue;
        foreach (DnsQuery query in _queries)
        {
            if (query.Deadline <= now)
                _due.Add(query);
            else
                Schedule(query.Deadline);
        }

        // Of those one may end another: who waits for a name may give up a second one then.
        foreach (DnsQuery query in _due)
            query.Expire(now);
        _due.Clear();
    }
}
