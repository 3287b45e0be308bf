namespace Weir.Rules.Nft;

/// <summary>Something that stands in a text: a table, a chain, a rule, a command, a comment.</summary>
public abstract record NftItem
{
    /// <summary>Where it begins, counted from 1; 0 for what was not read from a text.</summary>
    public int Line { get; init; }

    /// <summary>As it stands in the text; for a table or a chain, its first line.</summary>
    public string Source { get; init; } = "";

    /// <summary>The kernel's number of it; 0 for what was not read from the kernel.</summary>
    public ulong Handle { get; init; }

    /// <summary>A comment behind it on the same line, with its #.</summary>
    public string? Remark { get; init; }
}
