using Weir.Netlink.TrafficControl.Disciplines;

namespace Weir.Netlink.TrafficControl;

/// <summary>A queueing discipline, as <c>tc qdisc show</c> shows it.</summary>
/// <param name="Handle"><c>MAJOR:</c>, see <see cref="TrafficHandle"/>; in a request 0 lets the kernel choose.</param>
/// <param name="Parent"><see cref="TrafficHandle.Root"/>, <see cref="TrafficHandle.IngressQdisc"/>, or a class.</param>
public sealed record Qdisc(int LinkIndex, string Kind, uint Handle, uint Parent)
{
    /// <summary>What is said of it; null when nothing is, or nothing that is known here.</summary>
    public QdiscOptions? Discipline { get; init; }
    /// <summary>Who holds it, of all queues; only in lists.</summary>
    public uint References { get; init; }
    /// <summary>Only in lists.</summary>
    public TrafficStatistics? Statistics { get; init; }
    /// <summary>TCA_OPTIONS as the kernel gave them.</summary>
    public byte[] Options { get; init; } = [];
}
