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
    public uint Handle { get; init; }
    public required string Kind { get; init; }
    /// <summary>cls_bpf: the program's name and id; direct action.</summary>
    public string BpfName { get; init; } = "";
    public uint BpfProgramId { get; init; }
    public bool DirectAction { get; init; }
    /// <summary>The options as the kernel gave them.</summary>
    public byte[] Options { get; init; } = [];
}

/// <summary>A 32-bit word compared by u32: <c>match u32 VALUE MASK at OFFSET</c>; offsets count from the network header and may be negative.</summary>
public readonly record struct U32Match(uint Value, uint Mask, int Offset);

/// <summary>What mirred does with the frame: TCA_EGRESS_REDIR 1, TCA_EGRESS_MIRROR 2.</summary>
public readonly record struct MirredAction(int EgressAction, int LinkIndex);

/// <summary><c>tc filter</c>.</summary>
public sealed class Filters
{
    public IReadOnlyList<Filter> List(int linkIndex, uint parent = 0xfffffff2) => throw new NotImplementedException();
    /// <summary>Adds or replaces, in one step, a cls_bpf filter in direct-action mode.</summary>
    public void SetBpf(int linkIndex, uint parent, ushort preference, int programDescriptor, string name) => throw new NotImplementedException();
    public void AddU32(int linkIndex, uint parent, ushort preference, ushort protocol, IReadOnlyList<U32Match> matches, MirredAction action) => throw new NotImplementedException();
    public void Delete(int linkIndex, uint parent, ushort preference, ushort protocol = 3) => throw new NotImplementedException();
}
