namespace Weir.Netlink.Nftables;

/// <summary>What the kernel has against one entry of a batch.</summary>
public sealed record NftRefusal
{
    /// <summary>The entry's number, as the batch's method returned it; −1 when the batch as a whole was refused.</summary>
    public required int Entry { get; init; }

    /// <summary>What the caller gave with the entry.</summary>
    public object? Tag { get; init; }

    /// <summary>What was tried: <c>add rule ip mangle PREROUTING</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Positive, as in <c>errno(3)</c>.</summary>
    public required int Errno { get; init; }

    /// <summary>The kernel's own words (NLMSGERR_ATTR_MSG); nf_tables mostly has none.</summary>
    public string ExtendedAck { get; init; } = "";

    /// <summary>What the kernel would have taken at <see cref="Offset"/>; empty when it did not say.</summary>
    public string Bound { get; init; } = "";

    /// <summary>Where in the entry's message the kernel found fault (NLMSGERR_ATTR_OFFS); null when it did not say.</summary>
    public int? Offset { get; init; }

    /// <summary>The number, from 0, of the rule's expression that <see cref="Offset"/> points into.</summary>
    public int? Expression { get; init; }

    /// <summary>The number, from 0, of the element in the caller's list that <see cref="Offset"/> points into.</summary>
    public int? Element { get; init; }

    /// <summary>What stands at <see cref="Offset"/>, in words: <c>expression 3 (target TPROXY)</c>; empty when the kernel did not say.</summary>
    public string Part { get; init; } = "";

    /// <summary>
    /// True when an earlier refusal explains this one: a table whose check failed refuses all rules that come later with the same error, and
    /// what could not be made is missing for the others.
    /// </summary>
    public bool IsConsequence { get; init; }
}
