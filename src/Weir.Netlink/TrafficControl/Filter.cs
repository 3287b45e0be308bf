using Weir.Netlink.TrafficControl.Actions;
using Weir.Netlink.TrafficControl.Classifiers;

namespace Weir.Netlink.TrafficControl;

/// <summary>A filter, as <c>tc filter show</c> shows it.</summary>
public sealed record Filter
{
    public required int LinkIndex { get; init; }
    /// <summary><see cref="TrafficHandle.Ingress"/>, <see cref="TrafficHandle.Egress"/>, <see cref="TrafficHandle.IngressFilters"/>, or a qdisc or class of the link.</summary>
    public uint Parent { get; init; } = TrafficHandle.Ingress;
    /// <summary>The smaller one is tried first. 0 in a request lets the kernel choose, from 49152 downwards.</summary>
    public ushort Preference { get; init; }
    /// <summary>The ethertype as a number, 3 (ETH_P_ALL) for <c>protocol all</c>.</summary>
    public ushort Protocol { get; init; } = 3;
    /// <summary>In a list 0 for the classifier itself, which stands first; in a request 0 lets the kernel choose.</summary>
    public uint Handle { get; init; }
    /// <summary>TCA_CHAIN; filters that nothing jumps to have 0.</summary>
    public uint Chain { get; init; }
    public required Classifier Classifier { get; init; }
    /// <summary>What is done with a frame that matches, in order.</summary>
    public IReadOnlyList<FilterAction> Actions { get; init; } = [];
    /// <summary>TCA_OPTIONS as the kernel gave them. They may hold counters.</summary>
    public byte[] Options { get; init; } = [];

    public string Kind => Classifier.Kind;
}
