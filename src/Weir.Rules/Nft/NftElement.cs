namespace Weir.Rules.Nft;

/// <summary>An element of a set or a map: <c>10.0.0.1 timeout 1h comment "x" : accept</c>.</summary>
public sealed record NftElement(NftTerm Key)
{
    /// <summary>What a map gives for the key.</summary>
    public NftTerm? Data { get; init; }

    /// <summary>Counters and the like that the element has.</summary>
    public IReadOnlyList<NftStatement> Statements { get; init; } = [];

    /// <summary>As it stands: <c>1h</c>.</summary>
    public string? Timeout { get; init; }

    /// <summary>As it stands: <c>59m59s</c>.</summary>
    public string? Expires { get; init; }

    public string? Comment { get; init; }

    /// <summary>The key <c>*</c>: what fits nowhere else.</summary>
    public bool IsCatchAll => Key is NftTerm.Word { Text: "*", IsQuoted: false };
}
