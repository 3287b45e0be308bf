namespace Weir.Rules.Iptables;

/// <summary>A mark and which of its bits count: <c>0x220/0x220</c>.</summary>
public readonly record struct MarkMask(uint Mark, uint Mask)
{
    /// <summary>As the matches print it: without the mask when all bits count.</summary>
    public override string ToString() => Mask == uint.MaxValue ? $"0x{Mark:x}" : ToLongString();

    /// <summary>As the targets print it: always with the mask.</summary>
    public string ToLongString() => $"0x{Mark:x}/0x{Mask:x}";
}
