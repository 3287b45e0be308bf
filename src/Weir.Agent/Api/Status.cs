using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent.Api;

/// <summary>What the agent has and does.</summary>
public sealed record AgentStatus
{
    public required string Version { get; init; }
    public required int ProcessId { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required string StateDirectory { get; init; }
    public required string Namespace { get; init; }
    public required bool FailClosed { get; init; }
    public required int Workloads { get; init; }
    public required int Captured { get; init; }
    public required uint PolicyGeneration { get; init; }
    public required int Rules { get; init; }
    public required int LearnedRules { get; init; }
    /// <summary>Sessions that are watched now.</summary>
    public required int OpenSessions { get; init; }
    /// <summary>Records given up because too much happened at once.</summary>
    public ulong RecordsLost { get; init; }
    /// <summary>The data path's counters by name: frames, sessions, drops by reason.</summary>
    public required IReadOnlyDictionary<string, ulong> Counters { get; init; }
}

/// <summary>A workload of this host, captured or not.</summary>
public sealed record WorkloadStatus
{
    public required string Name { get; init; }
    public required string NamespacePath { get; init; }
    public required IReadOnlyList<string> Addresses { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required IReadOnlyList<string> Groups { get; init; }
    public required PolicyMode Mode { get; init; }
    /// <summary>Null: not captured.</summary>
    public CaptureMode? Capture { get; init; }
    public DateTimeOffset? Since { get; init; }
    public IReadOnlyList<PortStatus> Ports { get; init; } = [];
}

/// <summary>A captured port with the kernel programs' counters.</summary>
public sealed record PortStatus
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    /// <summary>The Ethernet address, <c>02:00:00:00:00:01</c>.</summary>
    public required string Address { get; init; }
    /// <summary>Inline: the workload's original port, in Weir's namespace.</summary>
    public string OutsideName { get; init; } = "";
    /// <summary>Inline: the peer of the workload's new port, in Weir's namespace.</summary>
    public string InsideName { get; init; } = "";
    public IReadOnlyDictionary<string, ulong> Counters { get; init; } = new Dictionary<string, ulong>();

    public static PortStatus Of(CapturedPort port) => new()
    {
        Id = port.Id,
        Name = port.Name,
        Address = Convert.ToHexStringLower(port.Address) is { Length: 12 } hex
            ? string.Join(':', Enumerable.Range(0, 6).Select(octet => hex.Substring(2 * octet, 2)))
            : "",
        OutsideName = port.OutsideName,
        InsideName = port.InsideName,
    };
}

/// <summary>A group, its mode, and the workloads in it now.</summary>
public sealed record GroupStatus
{
    public required string Name { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    /// <summary>Null: the group says nothing, the default mode counts.</summary>
    public PolicyMode? Mode { get; init; }
    public required IReadOnlyList<string> Members { get; init; }
}

/// <summary>A mode to set.</summary>
public sealed record ModeRequest
{
    public required PolicyMode Mode { get; init; }
}

/// <summary>What is wrong with a policy or a configuration, all at once.</summary>
public sealed record CheckResult(bool Valid, IReadOnlyList<string> Findings);
