using Weir.Host.Nft.Json;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Statements;

/// <summary><c>tcp dport 80</c>, <c>ip saddr != { 10.0.0.0/8 }</c>. <see cref="Reading.NftComparisonReader"/> reads it back.</summary>
internal static class MatchStatement
{
    internal static void Write(NftStatement.Match match, NftRuleDraft rule)
    {
        if (match.Left is NftTerm.Concatenation key)
        {
            rule.Lookups.Write(key, new NftLookup(match.Right) { IsNot = match.Operator is "!=" });
            return;
        }

        match = WithoutXor(match with { Right = Collapse(match.Right) }, rule);
        if (match.Left is NftTerm.Fib { Result: "oif" } fib && match.Right is NftTerm.Word { Text: "exists" or "missing" })
            match = match with { Left = fib with { Result = "check" } };
        if (match.Left is NftTerm.Operation { Operator: "<<" or ">>" })
            throw new NftRefused($"'{match.Left}' in a comparison is not covered");
        var (spec, shift) = rule.Terms.Load(match.Left, NftRegister.NFT_REG_1, leavesShift: true);
        new NftComparisonWriter(rule, match.Operator, spec, shift).Write(match.Right, rule.Terms.Spec(match.Left), isPlainSelector: match.Left is not NftTerm.Operation);
        Learn(match, rule);
    }

    internal static void WriteJson(NftStatement.Match match, NftJsonWriter json)
    {
        // nft takes a realm's number for a name.
        var right = match is { Left: NftTerm.Route { Key: "classid" }, Right: NftTerm.Word realm } ? realm with { IsQuoted = true } : match.Right;
        json.Match(match.Operator.Length != 0 ? match.Operator : IsFlags(match) ? "in" : "==", () => json.Term(match.Left), right);
    }

    /// <summary>A flag among others, not the value as a whole.</summary>
    private static bool IsFlags(NftStatement.Match match) => match.Left is not NftTerm.Operation && match.Right is NftTerm.Word or NftTerm.List && NftTypeOf.Find(match.Left)?.Kind == NftDataKind.Bitmask;

    /// <summary>A set of one plain value is that value.</summary>
    private static NftTerm Collapse(NftTerm right) =>
        right is NftTerm.Set { Elements: [{ Data: null, Timeout: null, Comment: null, Statements.Count: 0, IsCatchAll: false } only] } ? only.Key : right;

    /// <summary>The constant of an xor is worked into the other side, as nft does.</summary>
    private static NftStatement.Match WithoutXor(NftStatement.Match match, NftRuleDraft rule)
    {
        if (match is not { Operator: "" or "==" or "!=", Left: NftTerm.Operation { Operator: "^", Right: NftTerm.Word constant, Left: not NftTerm.Operation } xor, Right: NftTerm.Word value })
            return match;
        var field = rule.Terms.Spec(xor.Left);
        return match with { Left = xor.Left, Right = new NftTerm.Word((rule.Elements.Value(constant, field) ^ rule.Elements.Value(value, field)).ToString()) };
    }

    private static void Learn(NftStatement.Match match, NftRuleDraft rule)
    {
        var isEqual = match.Operator is "" or "==";
        if (isEqual && match is { Left: not NftTerm.Operation, Right: NftTerm.Word })
            rule.Headers.Learn(match.Left, (uint)rule.Elements.Value(match.Right, rule.Terms.Spec(match.Left)));
        else if (match is { Left: NftTerm.Payload { Protocol: "icmp" or "icmpv6", Field: "type" }, Right: NftTerm.Set { Elements: [{ Key: NftTerm.Word first }, ..] } })
            rule.Headers.MessageType = (byte)rule.Elements.Value(first, rule.Terms.Spec(match.Left));
        else if (isEqual && match.Right is NftTerm.Set several && SaysProtocol(match.Left, several, rule))
            rule.Headers.LearnSeveralTransports();
    }

    /// <summary>Whether a set of protocols is one that nft knows headers of.</summary>
    private static bool SaysProtocol(NftTerm term, NftTerm.Set set, NftRuleDraft rule) =>
        term is NftTerm.Meta { Key: "l4proto" }
        || (term is NftTerm.Payload { Protocol: "ip", Field: "protocol" } or NftTerm.Payload { Protocol: "ip6", Field: "nexthdr" }
            && set.Elements.Any(element => element.Key is NftTerm.Word word && NftHeaders.Transport((uint)rule.Elements.Value(word, rule.Terms.Spec(term))) is not null));
}
