namespace Weir.Agent.Workloads;

/// <summary>The kernel's side of discovery; tests have one in memory.</summary>
public interface INamespaceReader
{
    /// <summary>Names under /run/netns.</summary>
    IReadOnlyList<string> ListNamed();

    /// <summary>A namespace's identity and links; null when there is none at the path (any more).</summary>
    NamespaceReading? Read(string path);
}

/// <summary>What a namespace holds.</summary>
public sealed record NamespaceReading(ulong Inode, IReadOnlyList<WorkloadLink> Links);
