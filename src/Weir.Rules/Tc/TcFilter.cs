namespace Weir.Rules.Tc;

/// <summary>A filter: what <c>tc filter show</c> prints of one, which may be a classifier itself or a hash table.</summary>
public sealed record TcFilter(TcClassifier Classifier) : TcObject
{
    public override string Kind => Classifier.Kind;
    /// <summary>Where it hangs; null when neither the line nor the prompt says.</summary>
    public uint? Parent { get; init; }
    /// <summary><c>ip</c>, <c>all</c>, <c>[4660]</c>; empty when neither the line nor the prompt says.</summary>
    public string Protocol { get; init; } = "";
    public uint Preference { get; init; }
    /// <summary>Null where tc prints none, before Linux 4.10.</summary>
    public uint? Chain { get; init; }
    /// <summary>0 for a classifier itself. Of u32, see <see cref="TcHandle.PrintU32"/>.</summary>
    public uint Handle { get; init; }
    public IReadOnlyList<TcAction> Actions { get; init; } = [];
    /// <summary>Which of its coordinates were printed; the others come from the prompt.</summary>
    public TcFilterPlaces Printed { get; init; } = TcFilterPlaces.Protocol | TcFilterPlaces.Preference;
}

[Flags]
public enum TcFilterPlaces
{
    None = 0,
    Device = 1,
    Parent = 2,
    Protocol = 4,
    Preference = 8,
}

/// <summary>How a filter finds its frames.</summary>
/// <param name="Kind"><c>u32</c>, <c>flower</c>, …</param>
public abstract record TcClassifier(string Kind)
{
    /// <summary><c>flowid</c>, <c>classid</c>; 0 for none.</summary>
    public uint ClassId { get; init; }

    /// <summary><c>skip_hw</c>, <c>skip_sw</c>, <c>in_hw</c>, <c>not_in_hw</c>, in this order.</summary>
    public IReadOnlyList<string> Offload { get; init; } = [];
}

/// <summary><c>matchall</c>: every frame.</summary>
public sealed record TcMatchall() : TcClassifier("matchall")
{
    /// <summary>Frames that it matched; null when it is not known. Printed only on demand.</summary>
    public ulong? Hits { get; init; }
}

/// <summary><c>fw</c>: the mark, under the mask, is the filter's handle.</summary>
public sealed record TcFw() : TcClassifier("fw")
{
    public uint Mask { get; init; } = uint.MaxValue;
    public string InputDevice { get; init; } = "";
}

/// <summary><c>basic</c> without expressions.</summary>
public sealed record TcBasic() : TcClassifier("basic");

/// <summary>Fields by the names that tc has for them, in its order: <c>dst_ip</c> <c>10.0.0.0/8</c>.</summary>
public sealed record TcFlower(IReadOnlyList<TcFlowerKey> Keys) : TcClassifier("flower");

public sealed record TcFlowerKey(string Name, string Value);

/// <summary>A program; its instructions are not in the text.</summary>
public sealed record TcBpf(string Name) : TcClassifier("bpf")
{
    public bool DirectAction { get; init; }
    /// <summary>0 when it is not printed.</summary>
    public uint ProgramId { get; init; }
    public string ProgramName { get; init; } = "";
    public string Tag { get; init; } = "";
    public bool Jited { get; init; }
}

/// <summary>A classifier that is not known here, with what tc printed after the chain.</summary>
public sealed record TcUnknownClassifier(string Kind, string Options) : TcClassifier(Kind);

/// <summary><c>u32</c>: a rule, or a hash table when it has a divisor.</summary>
public sealed record TcU32() : TcClassifier("u32")
{
    public uint Divisor { get; init; }
    /// <summary>Table and bucket of the rule, as a handle; 0 for the preference's own table.</summary>
    public uint HashTable { get; init; }
    public bool Terminal { get; init; }
    public uint Link { get; init; }
    public TcU32Mark? Mark { get; init; }
    public IReadOnlyList<TcU32Match> Matches { get; init; } = [];
    public TcU32Offset? Offset { get; init; }
    public bool Eat { get; init; }
    public uint HashMask { get; init; }
    public int HashOffset { get; init; }
    public string InputDevice { get; init; } = "";
    /// <summary>Null when the kernel does not count them; printed only on demand.</summary>
    public TcU32Hits? Hits { get; init; }
}

/// <summary>A 32-bit word: <c>match VALUE/MASK at OFFSET</c>, from the network header or from the next one.</summary>
public readonly record struct TcU32Match(uint Value, uint Mask, int Offset, bool NextHeader = false);

public sealed record TcU32Mark(uint Value, uint Mask, uint Success = 0);

/// <summary><c>offset MASK&gt;&gt;SHIFT at AT plus PLUS</c>; without the first part it is not variable.</summary>
public sealed record TcU32Offset(ushort Mask, byte Shift, short At, ushort Plus, bool Variable);
