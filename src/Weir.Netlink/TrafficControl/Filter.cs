namespace Weir.Netlink.TrafficControl;

/// <summary>A filter, as <c>tc filter show</c> shows it.</summary>
public sealed record Filter
{
    public required int LinkIndex { get; init; }
    /// <summary>0xfffffff2 ingress, 0xfffffff3 egress of clsact; 0xffff0000 <c>parent ffff:</c>.</summary>
    public uint Parent { get; init; } = 0xfffffff2;
    public required ushort Preference { get; init; }
    /// <summary>The ethertype as a number, 3 (ETH_P_ALL) for <c>protocol all</c>.</summary>
    public ushort Protocol { get; init; } = 3;
    /// <summary>0 for the classifier itself, which stands first in a list.</summary>
    public uint Handle { get; init; }
    public required string Kind { get; init; }
    /// <summary>TCA_CHAIN; filters that nothing jumps to have 0.</summary>
    public uint Chain { get; init; }
    /// <summary>cls_bpf: the program's name and id; direct action.</summary>
    public string BpfName { get; init; } = "";
    public uint BpfProgramId { get; init; }
    /// <summary>The program's tag, the first 8 bytes of a hash over its instructions; empty when this is no cls_bpf filter.</summary>
    public byte[] BpfTag { get; init; } = [];
    public bool DirectAction { get; init; }
    /// <summary>u32: the words compared, in the kernel's order.</summary>
    public IReadOnlyList<U32Match> Matches { get; init; } = [];
    /// <summary>What is done with a frame that matches, in order.</summary>
    public IReadOnlyList<FilterAction> Actions { get; init; } = [];
    /// <summary>The options as the kernel gave them. They may hold counters.</summary>
    public byte[] Options { get; init; } = [];
}

/// <summary>A 32-bit word compared by u32: <c>match u32 VALUE MASK at OFFSET</c>; offsets count from the network header and may be negative.</summary>
public readonly record struct U32Match(uint Value, uint Mask, int Offset);

/// <summary>What mirred does with the frame: TCA_EGRESS_REDIR 1, TCA_EGRESS_MIRROR 2.</summary>
public readonly record struct MirredAction(int EgressAction, int LinkIndex);

/// <summary>One action of a filter.</summary>
/// <param name="Kind"><c>mirred</c>, <c>gact</c>, <c>pedit</c>, ...</param>
/// <param name="Mirred">Set when the kind is mirred.</param>
/// <param name="Control">What becomes of the frame afterwards (TC_ACT_): 0 ok, 2 shot, 3 pipe, 4 stolen; -1 next filter.</param>
public sealed record FilterAction(string Kind, MirredAction? Mirred, int Control);
