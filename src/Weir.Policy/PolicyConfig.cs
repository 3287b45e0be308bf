namespace Weir.Policy;

/// <summary>What people write and the store keeps: groups with modes, rules in order. Equality compares the content.</summary>
public sealed record PolicyConfig
{
    public PolicyMode DefaultMode { get; init; } = PolicyMode.Discover;
    public IReadOnlyList<PolicyGroup> Groups { get; init; } = [];
    public IReadOnlyList<PolicyRule> Rules { get; init; } = [];

    /// <summary>The same policy with a group's mode set. A group that is not declared is added: it then stands for the workload of its name.</summary>
    public PolicyConfig WithMode(string group, PolicyMode mode)
    {
        if (!Groups.Any(g => g.Name == group)) return this with { Groups = [.. Groups, new PolicyGroup { Name = group, Mode = mode }] };
        return this with { Groups = [.. Groups.Select(g => g.Name == group ? g with { Mode = mode } : g)] };
    }

    public bool Equals(PolicyConfig? other)
        => other is not null && DefaultMode == other.DefaultMode && Groups.SequenceEqual(other.Groups) && Rules.SequenceEqual(other.Rules);

    public override int GetHashCode() => HashCode.Combine(DefaultMode, Groups.Count, Rules.Count);
}
