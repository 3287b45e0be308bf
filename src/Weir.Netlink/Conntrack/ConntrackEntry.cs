using System.Net.Sockets;

namespace Weir.Netlink.Conntrack;

/// <summary>What was counted in one direction (<c>net.netfilter.nf_conntrack_acct=1</c> before the connection began).</summary>
public readonly record struct ConntrackCounters(ulong Packets, ulong Bytes);

/// <summary>A connection that the kernel tracks. What is null the kernel did not say; events say less than lists.</summary>
public sealed record ConntrackEntry
{
    public required AddressFamily Family { get; init; }

    /// <summary>As its first packet came.</summary>
    public ConntrackTuple? Original { get; init; }

    /// <summary>As answers come: other addresses than in <see cref="Original"/> are NAT.</summary>
    public ConntrackTuple? Reply { get; init; }

    public ConntrackStatus? Status { get; init; }

    /// <summary>Seconds until it is forgotten.</summary>
    public uint? Timeout { get; init; }

    public uint? Mark { get; init; }

    /// <summary>enum tcp_conntrack: 3 is established.</summary>
    public byte? TcpState { get; init; }

    /// <summary>enum sctp_conntrack.</summary>
    public byte? SctpState { get; init; }

    /// <summary>enum ct_dccp_states.</summary>
    public byte? DccpState { get; init; }

    public ConntrackCounters? OriginalCounters { get; init; }

    public ConntrackCounters? ReplyCounters { get; init; }

    /// <summary>References that the kernel holds.</summary>
    public uint? Use { get; init; }

    /// <summary>Tells an entry from a later one with the same addresses.</summary>
    public uint? Id { get; init; }

    public ushort? Zone { get; init; }

    public string? Helper { get; init; }

    public string? SecurityContext { get; init; }

    /// <summary>Nanoseconds since 1970 (<c>net.netfilter.nf_conntrack_timestamp=1</c>).</summary>
    public ulong? Start { get; init; }

    /// <inheritdoc cref="Start"/>
    public ulong? Stop { get; init; }
}
