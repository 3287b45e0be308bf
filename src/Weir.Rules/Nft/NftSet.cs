namespace Weir.Rules.Nft;

/// <summary>A named set or map.</summary>
public sealed record NftSet(string Name) : NftItem
{
    public bool IsMap { get; init; }

    /// <summary>The types of the key's parts: <c>ipv4_addr</c>, <c>inet_service</c>; empty when <see cref="TypeOf"/> says it.</summary>
    public IReadOnlyList<string> KeyTypes { get; init; } = [];

    /// <summary>The key in the form <c>typeof ip saddr . tcp dport</c>.</summary>
    public NftTerm? TypeOf { get; init; }

    /// <summary>What a map gives: types, <c>verdict</c>, or the kind of an object.</summary>
    public IReadOnlyList<string> DataTypes { get; init; } = [];

    public NftTerm? DataTypeOf { get; init; }

    /// <summary><c>interval</c> stands before the data's type.</summary>
    public bool DataIsInterval { get; init; }

    /// <summary><c>constant</c>, <c>dynamic</c>, <c>interval</c>, <c>timeout</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>As it stands.</summary>
    public string? Timeout { get; init; }

    /// <summary>As it stands.</summary>
    public string? GcInterval { get; init; }

    public uint? Size { get; init; }

    /// <summary><c>memory</c>, <c>performance</c>.</summary>
    public string? Policy { get; init; }

    public bool AutoMerge { get; init; }

    public string? Comment { get; init; }

    /// <summary>What each element has: counters, limits.</summary>
    public IReadOnlyList<NftStatement> Statements { get; init; } = [];

    /// <summary>Null where the text has no <c>elements</c>.</summary>
    public IReadOnlyList<NftElement>? Elements { get; init; }

    /// <summary>Comments and what is not understood.</summary>
    public IReadOnlyList<NftItem> Items { get; init; } = [];
}
