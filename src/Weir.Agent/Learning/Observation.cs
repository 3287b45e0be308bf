using Weir.Policy;

namespace Weir.Agent.Learning;

/// <summary>A session that passed, as far as learning cares.</summary>
public readonly record struct Observation
{
    /// <summary>Null: no known workload.</summary>
    public required PolicyWorkload? Client { get; init; }
    /// <summary>Null: no known workload.</summary>
    public required PolicyWorkload? Server { get; init; }
    public required byte Protocol { get; init; }
    /// <summary>The server's port; 0 for protocols without ports.</summary>
    public required ushort Port { get; init; }
    public Application Application { get; init; }
    /// <summary>True once the application can't change any more: identified, given up, or the session closed.</summary>
    public required bool ApplicationIsFinal { get; init; }
    /// <summary>What the policy said about the session at the end that is observed.</summary>
    public required PolicyDecision Decision { get; init; }
}
