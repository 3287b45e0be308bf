using System.Net;
using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent.Workloads;

/// <summary>A link of a workload with its addresses.</summary>
/// <param name="Address">The Ethernet address; empty when the link has none.</param>
public sealed record WorkloadLink(int Index, string Name, string Kind, byte[] Address, bool IsUp, IReadOnlyList<IPAddress> Addresses)
{
    public bool Equals(WorkloadLink? other)
        => other is not null && Index == other.Index && Name == other.Name && Kind == other.Kind && IsUp == other.IsUp
            && Address.AsSpan().SequenceEqual(other.Address) && Addresses.SequenceEqual(other.Addresses);

    public override int GetHashCode() => HashCode.Combine(Index, Name, Addresses.Count);
}

/// <summary>A workload of this host as it is now.</summary>
public sealed record DiscoveredWorkload
{
    public required string Name { get; init; }
    /// <summary>A file of nsfs: <c>/run/netns/web</c>.</summary>
    public required string NamespacePath { get; init; }
    /// <summary>The namespace's inode number: another number under the same name is another workload.</summary>
    public required ulong Inode { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>How the configuration wants it captured; null: not said.</summary>
    public CaptureMode? Capture { get; init; }
    public IReadOnlyList<WorkloadLink> Links { get; init; } = [];

    /// <summary>All addresses but loopback ones, in the order of links.</summary>
    public IReadOnlyList<IPAddress> Addresses => [.. Links.SelectMany(l => l.Addresses).Where(a => !IPAddress.IsLoopback(a)).Distinct()];

    /// <summary>The workload as policy sees it.</summary>
    public PolicyWorkload ToPolicy() => new() { Name = Name, Addresses = Addresses, Labels = Labels };

    public CaptureTarget ToTarget() => new(Name, NamespacePath);
}

/// <summary>What is different from the scan before. A workload whose namespace was made anew is in both lists.</summary>
public sealed record WorkloadChanges(IReadOnlyList<DiscoveredWorkload> Appeared, IReadOnlyList<DiscoveredWorkload> Disappeared, IReadOnlyList<DiscoveredWorkload> Changed)
{
    public bool IsEmpty => Appeared.Count + Disappeared.Count + Changed.Count == 0;
}
