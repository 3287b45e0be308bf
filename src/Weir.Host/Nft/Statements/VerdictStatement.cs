using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>accept</c>, <c>jump CHAIN</c>, and <c>jump { … }</c> with a chain without a name.</summary>
internal static class VerdictStatement
{
    internal static ImmediateExpression Write(NftStatement.Verdict verdict) => ImmediateExpression.Verdict(NftElementWriter.Verdict(verdict.Kind, verdict.Chain));

    internal static ImmediateExpression Write(NftStatement.AnonymousChain chain, NftRuleDraft rule) =>
        ImmediateExpression.Verdict(NftElementWriter.Verdict(chain.Kind, "") with { ChainId = rule.Table.AddChain(chain.Items) });

    internal static NftStatement Read(ImmediateExpression immediate, NftReadRule rule)
    {
        var verdict = NftElementReader.Verdict(immediate.Data.Verdict ?? throw new NftRefused("a verdict without a code"));
        return verdict.Chain is { } target && rule.FindChain(target) is { } items ? new NftStatement.AnonymousChain(verdict.Kind, items) : new NftStatement.Verdict(verdict.Kind, verdict.Chain);
    }

    internal static void WriteJson(NftStatement.Verdict verdict, NftJsonWriter json) => json.Term(new NftTerm.Verdict(verdict.Kind, verdict.Chain));

    /// <summary>nft 1.0.6 has no object for it, and prints its text.</summary>
    internal static void WriteJson(NftStatement.AnonymousChain chain, NftJsonWriter json) => json.Text(chain);
}
