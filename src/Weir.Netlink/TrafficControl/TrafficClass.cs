using Weir.Netlink.TrafficControl.Disciplines;

namespace Weir.Netlink.TrafficControl;

/// <summary>A class of a qdisc, as <c>tc class show</c> shows it.</summary>
/// <param name="Handle"><c>MAJOR:MINOR</c>: the qdisc's major number.</param>
/// <param name="Parent">The qdisc, or the class above.</param>
public sealed record TrafficClass(int LinkIndex, string Kind, uint Handle, uint Parent)
{
    /// <summary>What is said of a class of htb.</summary>
    public HtbClass? Htb { get; init; }
    /// <summary>The qdisc that hangs on the class; 0 for none. Only in lists.</summary>
    public uint Leaf { get; init; }
    /// <summary>Only in lists.</summary>
    public TrafficStatistics? Statistics { get; init; }
    /// <summary>TCA_OPTIONS as the kernel gave them.</summary>
    public byte[] Options { get; init; } = [];
}
