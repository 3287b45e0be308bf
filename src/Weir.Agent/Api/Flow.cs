using Weir.Policy;

namespace Weir.Agent.Api;

/// <summary>Where a session is in its life.</summary>
public enum FlowState : byte
{
    Open,
    Closed,
    /// <summary>Frames without a session that were dropped, or would have been in protect mode.</summary>
    Dropped,
    /// <summary>From the store: sessions that are alike, taken together.</summary>
    Recorded,
}

/// <summary>A session as it was seen at one captured port; from the store, all alike but for the client's port.</summary>
public sealed record Flow
{
    /// <summary>The same for all that is told live of one session; 0 for recorded ones.</summary>
    public ulong Session { get; init; }
    /// <summary>How many sessions this stands for.</summary>
    public long Sessions { get; init; } = 1;
    public required DateTimeOffset Start { get; init; }
    public required DateTimeOffset LastSeen { get; init; }
    /// <summary>The workload at whose port it was seen and judged.</summary>
    public required string Workload { get; init; }
    public required SessionDirection Direction { get; init; }
    /// <summary>The client: a workload's name, else its address.</summary>
    public required string From { get; init; }
    /// <summary>The server: a workload's name, else its address.</summary>
    public required string To { get; init; }
    public required string FromAddress { get; init; }
    public required string ToAddress { get; init; }
    /// <summary>0 for recorded ones.</summary>
    public int FromPort { get; init; }
    /// <summary>The server's port; 0 for protocols without ports.</summary>
    public required int Port { get; init; }
    /// <summary><c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>icmpv6</c>, else the number.</summary>
    public required string Protocol { get; init; }
    /// <summary>Unknown until it is identified.</summary>
    public Application Application { get; init; }
    /// <summary>TLS server name or HTTP Host, when seen.</summary>
    public string? ServerName { get; init; }
    public required PolicyAction Verdict { get; init; }
    /// <summary>The deciding rule; 0: no rule matched, the mode decided.</summary>
    public int Rule { get; init; }
    public PolicyMode Mode { get; init; }
    /// <summary><c>None</c> or the name of the drop reason.</summary>
    public string DropReason { get; init; } = "None";
    public ulong PacketsSent { get; init; }
    public ulong BytesSent { get; init; }
    public ulong PacketsReceived { get; init; }
    public ulong BytesReceived { get; init; }
    public FlowState State { get; init; }
    /// <summary>True while the kernel passes it without the enforcer.</summary>
    public bool Settled { get; init; }
}

/// <summary>Who talks to whom: sessions of the same two ends, port, protocol and application taken together. A connection that both ends saw counts once.</summary>
public sealed record Conversation
{
    public required string From { get; init; }
    public required string To { get; init; }
    public required int Port { get; init; }
    public required string Protocol { get; init; }
    public Application Application { get; init; }
    /// <summary>The strictest verdict among its sessions.</summary>
    public required PolicyAction Verdict { get; init; }
    public required long Sessions { get; init; }
    /// <summary>Both directions.</summary>
    public required ulong Bytes { get; init; }
    public required DateTimeOffset First { get; init; }
    public required DateTimeOffset Last { get; init; }
}

/// <summary>Something that was dropped, or would be in protect, and why.</summary>
public sealed record Violation
{
    public required long Id { get; init; }
    /// <summary>When it was; of repeats, the last.</summary>
    public required DateTimeOffset Time { get; init; }
    /// <summary>When the first of the repeats was that it stands for.</summary>
    public required DateTimeOffset First { get; init; }
    public required string Workload { get; init; }
    public required SessionDirection Direction { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    public required string FromAddress { get; init; }
    public required string ToAddress { get; init; }
    public int FromPort { get; init; }
    public required int Port { get; init; }
    public required string Protocol { get; init; }
    public Application Application { get; init; }
    public string? ServerName { get; init; }
    /// <summary>Violate (passed and reported) or Deny (dropped and reported).</summary>
    public required PolicyAction Verdict { get; init; }
    public int Rule { get; init; }
    public PolicyMode Mode { get; init; }
    /// <summary>The name under which it is counted, <c>PolicyDeny</c>; <c>None</c> when it passed.</summary>
    public string DropReason { get; init; } = "None";
    /// <summary>In words: <c>no rule allows it (db is in protect)</c>.</summary>
    public required string Reason { get; init; }
    /// <summary>How many reports it stands for: the same ends, port, protocol, application and reason. First packets that a client had dropped at one port within a second are one report.</summary>
    public long Count { get; init; } = 1;
}

/// <summary>Which flows; a filter that is not set lets all pass.</summary>
public sealed record FlowQuery
{
    /// <summary>A workload's name or an address.</summary>
    public string? From { get; init; }
    public string? To { get; init; }
    public PolicyAction? Verdict { get; init; }
    public DateTimeOffset? Since { get; init; }
    /// <summary>At most so many, the newest.</summary>
    public int Limit { get; init; } = 100;
}
