using Weir.Netlink.Nftables.Expressions;

namespace Weir.Netlink.Nftables;

/// <summary>The protocol that a rule's xtables extensions are told: TPROXY and others refuse to load without.</summary>
/// <param name="Protocol">As in the IP header: 6 TCP, 17 UDP.</param>
/// <param name="Inverted">The rule is for every other protocol.</param>
public readonly record struct NftRuleCompat(byte Protocol, bool Inverted = false);

/// <summary>A rule of a chain: its expressions in order, as <c>nft --debug=netlink list ruleset</c> shows them.</summary>
public sealed record NftRule
{
    public required NftFamily Family { get; init; }

    public required string Table { get; init; }

    public required string Chain { get; init; }

    public IReadOnlyList<NftExpression> Expressions { get; init; } = [];

    /// <summary>The kernel's number; 0 in a rule that is to be made.</summary>
    public ulong Handle { get; init; }

    /// <summary>In dumps: the handle of the rule before it; 0 for a chain's first. Never written: see <see cref="NftRulePlace"/>.</summary>
    public ulong Previous { get; init; }

    /// <summary>Write only: dumps never have it.</summary>
    public NftRuleCompat? Compat { get; init; }

    /// <summary>nft's comment (see <see cref="NftUserData"/>).</summary>
    public NftValue UserData { get; init; }

    /// <summary>The rule's number in a batch, for the place of other rules of the same batch; 0: none.</summary>
    public uint Id { get; init; }

    /// <summary>The chain by its number in the same batch, for a chain without a name; 0: by <see cref="Chain"/>.</summary>
    public uint ChainId { get; init; }
}
