namespace Weir.Rules.Nft;

/// <summary>A rule: its statements from left to right.</summary>
public sealed record NftRule(IReadOnlyList<NftStatement> Statements) : NftItem
{
    public string? Comment { get; init; }

    public override string ToString() => NftPrinter.Rule(this);
}
