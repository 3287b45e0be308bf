namespace Weir.Rules.Iptables.Matches;

/// <summary><c>--tcp-flags MASK COMPARE</c>: of the flags in the mask exactly the others are set.</summary>
public readonly record struct TcpFlagsTest(byte Mask, byte Compare)
{
    private static readonly (string Name, byte Bits)[] Names =
        [("FIN", 1), ("SYN", 2), ("RST", 4), ("PSH", 8), ("ACK", 0x10), ("URG", 0x20)];

    /// <summary><c>--syn</c>: of SYN, RST, ACK and FIN only SYN.</summary>
    public static TcpFlagsTest Syn => new(0x17, 2);

    public override string ToString() => $"{Format(Mask)} {Format(Compare)}";

    /// <summary>A list of names with commas, <c>ALL</c> or <c>NONE</c>; null when one is unknown.</summary>
    internal static byte? Parse(string list)
    {
        byte flags = 0;
        foreach (var word in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Equals("ALL", StringComparison.OrdinalIgnoreCase))
                flags |= 0x3f;
            else if (Array.Find(Names, name => name.Name.Equals(word, StringComparison.OrdinalIgnoreCase)) is { Bits: > 0 } known)
                flags |= known.Bits;
            else if (!word.Equals("NONE", StringComparison.OrdinalIgnoreCase))
                return null;
        }

        return flags;
    }

    private static string Format(byte flags)
    {
        var names = string.Join(',', Names.Where(name => (flags & name.Bits) != 0).Select(name => name.Name));
        return names.Length == 0 ? "NONE" : names;
    }
}
