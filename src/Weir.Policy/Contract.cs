using System.Net;

namespace Weir.Policy;

/// <summary>How strictly a group is treated.</summary>
public enum PolicyMode : byte { Discover, Monitor, Protect }

public enum RuleAction : byte { Allow, Deny }

/// <summary>Who wrote a rule.</summary>
public enum RuleOrigin : byte { User, Learned }

/// <summary>Which way a session goes, seen from the workload at whose port it is judged.</summary>
public enum SessionDirection : byte { Ingress, Egress }

/// <summary>What a decision asks for.</summary>
public enum PolicyAction : byte
{
    /// <summary>Passes by a rule, or because nothing applies here.</summary>
    Accept,
    /// <summary>Passes, and becomes a learned rule.</summary>
    Learn,
    /// <summary>Passes, and is reported as a violation.</summary>
    Violate,
    /// <summary>Is dropped and reported.</summary>
    Deny,
    /// <summary>Passes for now: a rule depends on the application protocol; ask again when it is identified or given up.</summary>
    AwaitApplication,
}

/// <summary>A workload as policy sees it.</summary>
public sealed record PolicyWorkload
{
    public required string Name { get; init; }
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>What is asked of the policy, without an allocation.</summary>
public readonly record struct PolicyQuery
{
    /// <summary>Index of the workload at whose port the session is judged, from <see cref="PolicyModel.FindWorkload"/>.</summary>
    public required int Workload { get; init; }
    public required SessionDirection Direction { get; init; }
    /// <summary>The other end, IPv4 as IPv4-mapped IPv6.</summary>
    public required UInt128 Peer { get; init; }
    public required byte Protocol { get; init; }
    /// <summary>The server's port; 0 for protocols without ports.</summary>
    public required ushort Port { get; init; }
    public Application Application { get; init; }
    /// <summary>True once the application is identified or identification has given up: the decision is then never AwaitApplication.</summary>
    public bool ApplicationIsFinal { get; init; }
}

/// <summary>The answer and the rule that gave it.</summary>
/// <param name="RuleId">The deciding rule; 0 when the mode decided because no rule matched.</param>
public readonly record struct PolicyDecision(PolicyAction Action, int RuleId, PolicyMode Mode);

/// <summary>An immutable compiled policy; the data path holds one by reference and asks it without a lock or an allocation.</summary>
public sealed class PolicyModel
{
    public static PolicyModel Compile(PolicyConfig config, IReadOnlyList<PolicyWorkload> workloads, uint generation) => throw new NotImplementedException();

    /// <summary>Grows with every change; a session remembers the generation it was judged under.</summary>
    public uint Generation => throw new NotImplementedException();

    /// <summary>The index of a workload by name, or -1.</summary>
    public int FindWorkload(string name) => throw new NotImplementedException();

    /// <summary>The index of the workload that has this address, or -1.</summary>
    public int FindWorkload(UInt128 address) => throw new NotImplementedException();

    public PolicyWorkload WorkloadAt(int index) => throw new NotImplementedException();

    public PolicyMode ModeOf(int workload) => throw new NotImplementedException();

    public PolicyDecision Evaluate(in PolicyQuery query) => throw new NotImplementedException();

    /// <summary>The same evaluation, with one line per rule looked at and why it did or did not match.</summary>
    public IReadOnlyList<string> Explain(in PolicyQuery query) => throw new NotImplementedException();
}

/// <summary>What people write and the store keeps: groups with modes, rules in order.</summary>
public sealed record PolicyConfig
{
    public PolicyMode DefaultMode { get; init; } = PolicyMode.Discover;
    public IReadOnlyList<PolicyGroup> Groups { get; init; } = [];
    public IReadOnlyList<PolicyRule> Rules { get; init; } = [];
}

/// <summary>A named set of workloads, by labels. A group with no labels matches the workload of its own name.</summary>
public sealed record PolicyGroup
{
    public required string Name { get; init; }
    /// <summary>All must be equal on the workload.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>Null: the group says nothing about the mode. A workload's mode is the strictest of its groups', else the default.</summary>
    public PolicyMode? Mode { get; init; }
}

/// <summary>One rule; the first that matches decides.</summary>
public sealed record PolicyRule
{
    /// <summary>1 to 9999 written by people, 10000 to 99999 learned.</summary>
    public required int Id { get; init; }
    /// <summary>A group's name, a CIDR, <c>external</c> (no known workload) or <c>any</c>.</summary>
    public required string From { get; init; }
    public required string To { get; init; }
    /// <summary><c>tcp/80</c>, <c>udp/53</c>, <c>tcp/8000-8010</c>, <c>icmp</c>; empty: any.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];
    /// <summary>Empty: any.</summary>
    public IReadOnlyList<Application> Applications { get; init; } = [];
    public RuleAction Action { get; init; }
    public RuleOrigin Origin { get; init; }
    public string Comment { get; init; } = "";
    public bool Disabled { get; init; }
}
