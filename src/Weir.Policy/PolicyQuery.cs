namespace Weir.Policy;

/// <summary>Which way a session goes, seen from the workload at whose port it is judged.</summary>
public enum SessionDirection : byte { Ingress, Egress }

/// <summary>What is asked of the policy, without an allocation.</summary>
public readonly record struct PolicyQuery
{
    /// <summary>Index of the workload at whose port the session is judged, from <see cref="PolicyModel.FindWorkload(string)"/>; -1 (not known) is always accepted.</summary>
    public required int Workload { get; init; }
    public required SessionDirection Direction { get; init; }
    /// <summary>The other end, IPv4 as IPv4-mapped IPv6.</summary>
    public required UInt128 Peer { get; init; }
    /// <summary>The IP protocol number: 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6.</summary>
    public required byte Protocol { get; init; }
    /// <summary>The server's port; 0 for protocols without ports.</summary>
    public required ushort Port { get; init; }
    public Application Application { get; init; }
    /// <summary>True once the application is identified or identification has given up: the decision is then never AwaitApplication.</summary>
    /// <remarks>Taken as true for protocols other than TCP and UDP: they carry no application that could be identified.</remarks>
    public bool ApplicationIsFinal { get; init; }
    /// <summary>True when the session's beginning was not seen (it was open before the capture), and its application is unknown for that reason.</summary>
    /// <remarks>An allow rule that names ports and applications then matches by its ports alone: a connection must not break because capture began.</remarks>
    public bool BeginningUnseen { get; init; }
}
