namespace Weir.TcpIp.Dns;

/// <summary>Whom to ask for names, and how: the words of resolv.conf(5).</summary>
public sealed record DnsOptions
{
    /// <summary>Servers that look for the answer themselves, asked in this order.</summary>
    public required IReadOnlyList<UInt128> Servers { get; init; }

    /// <summary>Of the servers.</summary>
    public ushort Port { get; init; } = 53;

    /// <summary>How long one of them has time to answer. The default is resolv.conf's.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often all of them are asked, one after the other. The default is resolv.conf's.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Ask over TCP at once (<c>use-vc</c>), not only when an answer does not fit into a datagram.</summary>
    public bool OverTcp { get; init; }
}
