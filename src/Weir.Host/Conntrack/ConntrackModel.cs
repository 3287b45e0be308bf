using Weir.Linux;
using Weir.Netlink.Conntrack;
using Weir.Rules.Conntrack;

namespace Weir.Host.Conntrack;

/// <summary>The kernel's connections as the model of <c>conntrack -L</c>.</summary>
public static class ConntrackModel
{
    private const byte Gre = 47;

    /// <summary>include/uapi/linux/netfilter/nf_conntrack_tcp.h: enum tcp_conntrack.</summary>
    private static readonly string[] TcpStates = ["NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "LISTEN"];

    /// <summary>include/uapi/linux/netfilter/nf_conntrack_sctp.h: enum sctp_conntrack.</summary>
    private static readonly string[] SctpStates =
        ["NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT", "HEARTBEAT_ACKED"];

    /// <summary>include/uapi/linux/netfilter/nf_conntrack_dccp.h: enum ct_dccp_states.</summary>
    private static readonly string[] DccpStates = ["NONE", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING", "TIMEWAIT", "IGNORE", "INVALID"];

    /// <summary>All connections of a namespace, as <c>conntrack -L</c> lists them.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="now">For the time since each began.</param>
    public static IReadOnlyList<ConntrackFlow> Read(NetworkNamespace ns, DateTimeOffset now)
    {
        using var socket = ConntrackSocket.Open(ns);
        var flows = new List<ConntrackFlow>();
        socket.ForEach(System.Net.Sockets.AddressFamily.Unspecified, entry =>
        {
            if (FromKernel(entry, now) is { } flow)
                flows.Add(flow);
        });
        return flows;
    }

    /// <summary>Null for an entry without addresses.</summary>
    public static ConntrackFlow? FromKernel(ConntrackEntry entry, DateTimeOffset now)
    {
        if (entry.Original is not { } original || entry.Reply is not { } reply)
            return null;
        return new ConntrackFlow
        {
            Protocol = original.Protocol,
            Timeout = entry.Timeout,
            State = Name(TcpStates, entry.TcpState) ?? Name(SctpStates, entry.SctpState) ?? Name(DccpStates, entry.DccpState),
            Original = Direction(original, entry.OriginalCounters),
            Unreplied = entry.Status is { } status && !status.HasFlag(ConntrackStatus.IPS_SEEN_REPLY),
            Reply = Direction(reply, entry.ReplyCounters),
            Flag = Flag(entry.Status ?? ConntrackStatus.None),
            Mark = entry.Mark,
            SecurityContext = entry.SecurityContext,
            Zone = entry.Zone,
            OriginalZone = original.Zone,
            ReplyZone = reply.Zone,
            DeltaTime = entry.Start is { } start ? DeltaTime(start, entry.Stop, now) : null,
            Helper = entry.Helper,
            Use = entry.Use,
        };
    }

    private static ConntrackDirection Direction(ConntrackTuple tuple, ConntrackCounters? counters) => new()
    {
        Source = tuple.Source,
        Destination = tuple.Destination,
        SourcePort = tuple.Protocol == Gre ? null : tuple.SourcePort,
        DestinationPort = tuple.Protocol == Gre ? null : tuple.DestinationPort,
        SourceKey = tuple.Protocol == Gre ? tuple.SourcePort : null,
        DestinationKey = tuple.Protocol == Gre ? tuple.DestinationPort : null,
        IcmpType = tuple.IcmpType,
        IcmpCode = tuple.IcmpCode,
        IcmpId = tuple.IcmpId,
        Packets = counters?.Packets,
        Bytes = counters?.Bytes,
    };

    private static string? Flag(ConntrackStatus status) => status switch
    {
        _ when status.HasFlag(ConntrackStatus.IPS_HW_OFFLOAD) => "HW_OFFLOAD",
        _ when status.HasFlag(ConntrackStatus.IPS_OFFLOAD) => "OFFLOAD",
        _ when status.HasFlag(ConntrackStatus.IPS_ASSURED) => "ASSURED",
        _ => null,
    };

    private static ulong DeltaTime(ulong start, ulong? stop, DateTimeOffset now)
    {
        const ulong second = 1_000_000_000;
        var end = stop is { } stopped and not 0 ? stopped / second : (ulong)Math.Max(0, now.ToUnixTimeSeconds());
        return end > start / second ? end - (start / second) : 0;
    }

    private static string? Name(string[] names, byte? state) => state is { } number ? number < names.Length ? names[number] : names[0] : null;
}
