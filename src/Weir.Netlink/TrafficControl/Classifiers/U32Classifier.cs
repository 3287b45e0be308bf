namespace Weir.Netlink.TrafficControl.Classifiers;

/// <summary><c>u32</c>: compares 32-bit words of the frame, or is a hash table (<see cref="Divisor"/>) that other rules link to.</summary>
/// <remarks>A handle is <c>TABLE:BUCKET:NODE</c>, 12, 8 and 12 bits. The table that a preference begins with has a number from 800 upwards.</remarks>
public sealed record U32Classifier() : Classifier("u32")
{
    /// <summary>The words compared, in the kernel's order; all must be equal.</summary>
    public IReadOnlyList<U32Match> Matches { get; init; } = [];
    /// <summary>A match ends the search. tc sets it when a class or an action is named.</summary>
    public bool Terminal { get; init; } = true;
    /// <summary>Buckets of a hash table, a power of two up to 256; 0 when this is a rule.</summary>
    public uint Divisor { get; init; }
    /// <summary>The table and bucket that hold the rule, as a handle; 0 in a request for the preference's own table.</summary>
    public uint HashTable { get; init; }
    /// <summary>The table, as a handle, where the search goes on after a match.</summary>
    public uint Link { get; init; }
    /// <summary>How the offset of the linked table's rules is found; null for none.</summary>
    public U32Offset? Offset { get; init; }
    /// <summary>TC_U32_EAT: offsets of the linked table count from where this rule's end.</summary>
    public bool Eat { get; init; }
    /// <summary>Which bits choose the linked table's bucket, and where they lie.</summary>
    public uint HashMask { get; init; }
    public short HashOffset { get; init; }
    /// <summary>Also compares the frame's mark.</summary>
    public U32Mark? Mark { get; init; }
    /// <summary>Only frames that came in there.</summary>
    public string InputDevice { get; init; } = "";
    /// <summary>TCA_U32_POLICE as the kernel gave it: the old way to limit a rate.</summary>
    public byte[] Police { get; init; } = [];
    /// <summary>How often the rule was tried and how often it matched; only in lists.</summary>
    public ulong Tried { get; init; }
    /// <inheritdoc cref="Tried"/>
    public ulong Matched { get; init; }
    /// <summary>How often each word of <see cref="Matches"/> was equal; null when the kernel does not count (CONFIG_CLS_U32_PERF).</summary>
    public IReadOnlyList<ulong>? MatchedWords { get; init; }
}

/// <summary>A 32-bit word compared by u32: <c>match u32 VALUE MASK at OFFSET</c>; offsets count from the network header and may be negative.</summary>
/// <param name="Offset">A multiple of four.</param>
/// <param name="OffsetMask">-1 for <c>at nexthdr+OFFSET</c>: from the offset that the linking rule has found.</param>
public readonly record struct U32Match(uint Value, uint Mask, int Offset, int OffsetMask = 0);

/// <summary><c>offset at AT mask MASK shift SHIFT plus PLUS</c>.</summary>
/// <param name="Variable">The word at <paramref name="At"/> counts; otherwise only <paramref name="Plus"/>.</param>
public sealed record U32Offset(ushort Mask, byte Shift, short At, ushort Plus, bool Variable);

/// <summary><c>match mark VALUE MASK</c>.</summary>
public sealed record U32Mark(uint Value, uint Mask)
{
    /// <summary>How often it was equal; only in lists.</summary>
    public uint Success { get; init; }
}
