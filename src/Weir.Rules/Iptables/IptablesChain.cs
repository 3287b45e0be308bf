namespace Weir.Rules.Iptables;

/// <summary>A chain with its rules.</summary>
public sealed record IptablesChain
{
    public required string Name { get; init; }

    /// <summary>What becomes of a packet at the end of a built-in chain; null for a user's chain, which returns.</summary>
    public IptablesPolicy? Policy { get; init; }

    /// <summary>A built-in chain that nothing mentions: iptables-save prints it, the kernel need not have it.</summary>
    public bool IsImplied { get; init; }

    /// <summary>Of the policy.</summary>
    public IptablesCounters Counters { get; init; }

    public IReadOnlyList<IptablesRule> Rules { get; init; } = [];

    /// <summary>The line of iptables-save: <c>:INPUT ACCEPT [0:0]</c>.</summary>
    public override string ToString() => $":{Name} {Policy?.ToString() ?? "-"} {Counters}";

    public bool Equals(IptablesChain? other) =>
        other is not null && Name == other.Name && Policy == other.Policy && Rules.SequenceEqual(other.Rules);

    public override int GetHashCode() => HashCode.Combine(Name, Policy, Rules.Count);
}
