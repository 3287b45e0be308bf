using Weir.Host.Nft.Json;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>tcp flags syn / syn,ack</c>. <see cref="Reading.NftComparisonReader"/> reads it back.</summary>
internal static class FlagMatchStatement
{
    internal static void Write(NftStatement.FlagMatch match, NftRuleDraft rule)
    {
        var (spec, _) = rule.Terms.Load(match.Left, NftRegister.NFT_REG_1, leavesShift: false);
        rule.Mask(spec, rule.Elements.Value(match.Mask, spec));
        rule.Add(new CmpExpression(NftComparisons.Operation(match.Operator), spec.Encode(rule.Elements.Value(match.Flags, spec))));
    }

    internal static void WriteJson(NftStatement.FlagMatch match, NftJsonWriter json) =>
        json.Match(match.Operator.Length != 0 ? match.Operator : "==", () => json.Pair("&", match.Left, match.Mask), match.Flags);
}
