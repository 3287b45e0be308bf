namespace Weir.Rules.Nft;

/// <summary>A command of a script: <c>add rule inet t c tcp dport 80 accept</c>, <c>flush ruleset</c>, <c>delete element ip t s { 10.0.0.1 }</c>.</summary>
/// <param name="Verb"><c>add</c>, <c>create</c>, <c>insert</c>, <c>replace</c>, <c>delete</c>, <c>destroy</c>, <c>flush</c>.</param>
/// <param name="Kind"><c>table</c>, <c>chain</c>, <c>rule</c>, <c>set</c>, <c>map</c>, <c>element</c>, <c>flowtable</c>, <c>ruleset</c>, or an object's kind.</param>
public sealed record NftCommand(string Verb, string Kind) : NftItem
{
    /// <summary>Empty where the text has none: <c>ip</c>.</summary>
    public string Family { get; init; } = "";

    public string Table { get; init; } = "";

    /// <summary>Of the chain, set, object or flow table; for a rule, its chain.</summary>
    public string Name { get; init; } = "";

    public ulong? OfHandle { get; init; }

    /// <summary><c>position N</c>: the handle of the rule before or behind which the new one goes.</summary>
    public ulong? Position { get; init; }

    /// <summary><c>index N</c>: the same, counted from 0.</summary>
    public uint? Index { get; init; }

    /// <summary>What is added: <see cref="NftTable"/>, <see cref="NftChain"/>, <see cref="NftRule"/>, <see cref="NftSet"/> (also for elements), <see cref="NftObject"/>, <see cref="NftFlowTable"/>.</summary>
    public NftItem? Body { get; init; }
}
