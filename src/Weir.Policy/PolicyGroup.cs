namespace Weir.Policy;

/// <summary>A named set of workloads, by labels. A group with no labels matches the workload of its own name.</summary>
public sealed record PolicyGroup
{
    /// <summary>A label that every workload has without being given it: its name.</summary>
    public const string NameLabel = "workload";

    public required string Name { get; init; }
    /// <summary>All must be equal on the workload.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>Null: the group says nothing about the mode. A workload's mode is the strictest of its groups', else the default.</summary>
    public PolicyMode? Mode { get; init; }

    /// <summary>Whether a workload belongs to the group.</summary>
    public bool Contains(PolicyWorkload workload)
    {
        if (Labels.Count == 0) return workload.Name == Name;
        foreach (var (key, value) in Labels)
        {
            var actual = workload.Labels.TryGetValue(key, out var label) ? label : key == NameLabel ? workload.Name : null;
            if (actual != value) return false;
        }

        return true;
    }

    public bool Equals(PolicyGroup? other)
        => other is not null && Name == other.Name && Mode == other.Mode && LabelSet.AreEqual(Labels, other.Labels);

    public override int GetHashCode() => HashCode.Combine(Name, Mode, Labels.Count);
}
