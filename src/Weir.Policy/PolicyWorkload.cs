using System.Net;

namespace Weir.Policy;

/// <summary>A workload as policy sees it.</summary>
public sealed record PolicyWorkload
{
    public required string Name { get; init; }
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public bool Equals(PolicyWorkload? other)
        => other is not null && Name == other.Name && Addresses.SequenceEqual(other.Addresses) && LabelSet.AreEqual(Labels, other.Labels);

    public override int GetHashCode() => HashCode.Combine(Name, Addresses.Count, Labels.Count);
}
