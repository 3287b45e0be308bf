using System.Net;
using Weir.Policy;

namespace Weir.Agent.Store;

/// <summary>A policy that was in force, from <paramref name="Time"/> until the next number's.</summary>
/// <param name="Author">Who applied it: a user's name, <c>weir.yaml</c>, <c>weir</c>.</param>
public sealed record PolicyVersion(int Number, DateTimeOffset Time, string Author, string Comment, PolicyConfig Policy);

/// <summary>Sessions that are alike but for the client's port: who, to whom, what, and what became of them.</summary>
public sealed record FlowRecord
{
    /// <summary>The client workload's name; null when it is no known workload.</summary>
    public string? From { get; init; }
    public required IPAddress FromAddress { get; init; }
    /// <summary>The server workload's name; null when it is no known workload.</summary>
    public string? To { get; init; }
    public required IPAddress ToAddress { get; init; }
    public required byte Protocol { get; init; }
    public required ushort ServerPort { get; init; }
    public Application Application { get; init; }
    /// <summary>TLS server name or HTTP Host; null when not seen.</summary>
    public string? ServerName { get; init; }
    /// <summary>The end it was judged at: egress at the client's port, ingress at the server's.</summary>
    public required SessionDirection End { get; init; }
    public required PolicyAction Action { get; init; }
    /// <summary>0: the mode decided.</summary>
    public int RuleId { get; init; }
    public PolicyMode Mode { get; init; }
    /// <summary>The drop reason's name; empty when it passed.</summary>
    public string Reason { get; init; } = "";
    public long Sessions { get; init; }
    public long ClientPackets { get; init; }
    public long ClientBytes { get; init; }
    public long ServerPackets { get; init; }
    public long ServerBytes { get; init; }
    public required DateTimeOffset FirstSeen { get; init; }
    public required DateTimeOffset LastSeen { get; init; }
}

/// <summary>What the policy reported or dropped. Listed, it stands for all its repeats: the same but for time, client's port and server's name.</summary>
public sealed record ViolationRecord
{
    /// <summary>Given by the store, ascending; 0 before it is stored. Of repeats, the newest one's.</summary>
    public long Id { get; init; }
    /// <summary>When the last of them was.</summary>
    public required DateTimeOffset Time { get; init; }
    /// <summary>When the first of them was; null before it is stored.</summary>
    public DateTimeOffset? First { get; init; }
    /// <summary>How many reports it stands for. The data path gathers first packets that are dropped: one client at one port is one report a second.</summary>
    public long Count { get; init; } = 1;
    public string? From { get; init; }
    public required IPAddress FromAddress { get; init; }
    public string? To { get; init; }
    public required IPAddress ToAddress { get; init; }
    public ushort ClientPort { get; init; }
    public required byte Protocol { get; init; }
    public required ushort ServerPort { get; init; }
    public Application Application { get; init; }
    public string? ServerName { get; init; }
    public required SessionDirection End { get; init; }
    /// <summary>Violate (it passed) or Deny.</summary>
    public required PolicyAction Action { get; init; }
    public int RuleId { get; init; }
    public PolicyMode Mode { get; init; }
    public string Reason { get; init; } = "";
}

/// <summary>A workload that was seen on this host.</summary>
public sealed record WorkloadRecord
{
    public required string Name { get; init; }
    public required string NamespacePath { get; init; }
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public required DateTimeOffset FirstSeen { get; init; }
    public required DateTimeOffset LastSeen { get; init; }
}

/// <summary>What is written together.</summary>
public sealed record StoreBatch
{
    public IReadOnlyList<FlowRecord> Flows { get; init; } = [];
    public IReadOnlyList<ViolationRecord> Violations { get; init; } = [];
    public IReadOnlyList<WorkloadRecord> Workloads { get; init; } = [];
    public bool IsEmpty => Flows.Count + Violations.Count + Workloads.Count == 0;
}

/// <summary>Which flows or violations are wanted; null parts don't filter.</summary>
public sealed record FlowFilter
{
    /// <summary>A workload's name, an address, or <c>external</c>.</summary>
    public string? From { get; init; }
    /// <summary>A workload's name, an address, or <c>external</c>.</summary>
    public string? To { get; init; }
    public PolicyAction? Verdict { get; init; }
    /// <summary>Seen at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }
    public int Limit { get; init; } = 1000;
}
