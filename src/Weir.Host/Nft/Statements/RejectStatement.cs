using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Statements;

/// <summary><c>reject</c>, <c>reject with icmp host-unreachable</c>, <c>reject with tcp reset</c>.</summary>
internal static class RejectStatement
{
    private const byte TcpNumber = 6;

    /// <summary>The code that a bare reject has, in ICMP, in ICMPv6, and in what stands for both.</summary>
    private const byte PortUnreachable4 = 3, PortUnreachable6 = 4, PortUnreachable = 1;

    internal static void Write(NftStatement.Reject reject, NftRuleDraft rule)
    {
        // What reject takes for granted holds for the whole rule: nothing may be logged or counted of other packets.
        if (reject.With == "tcp reset")
        {
            rule.AddFirst(() => rule.Requirements.RequireTransport(TcpNumber));
            rule.Add(new RejectExpression(RejectType.NFT_REJECT_TCP_RST, 0));
            return;
        }

        var (with, word) = reject.With.Length == 0 ? (Bare(rule), "port-unreachable") : (reject.With, reject.Code ?? "");
        var type = with switch
        {
            "icmp" => NftDataTypes.IcmpCode,
            "icmpv6" => NftDataTypes.Icmp6Code,
            _ => NftDataTypes.IcmpxCode,
        };
        var code = (byte)rule.Elements.Value(new NftTerm.Word(word), NftSpec.Of(type));
        if (with is "icmp" or "icmpv6")
            rule.AddFirst(() => rule.Requirements.RequireNetwork(with == "icmp" ? NftHeaders.Ip : NftHeaders.Ip6, isLink: rule.Family == NftFamily.Bridge));
        else if (!IsMixed(rule.Family))
            throw new NftRefused("icmpx is only for inet, bridge and netdev tables");
        rule.Add(new RejectExpression(with == "icmpx" ? RejectType.NFT_REJECT_ICMPX_UNREACH : RejectType.NFT_REJECT_ICMP_UNREACH, code));
    }

    internal static NftStatement.Reject Read(RejectExpression reject, NftReadRule rule)
    {
        var isMixed = IsMixed(rule.Family);
        if (!isMixed && reject.Type == RejectType.NFT_REJECT_TCP_RST)
            rule.Remove(rule.Context.Release(NftContext.Transport));
        var statement = Statement(reject.Type, reject.Code ?? 0, isMixed, rule);
        if (isMixed && reject.Type != RejectType.NFT_REJECT_ICMPX_UNREACH)
            rule.Remove(rule.Context.Release(NftContext.Network));
        return statement;
    }

    internal static void WriteJson(NftStatement.Reject reject, NftJsonWriter json) => json.Named("reject", () =>
    {
        // A bare reject is the one for both families.
        json.String("type", reject.With.Length == 0 ? "icmpx" : reject.With);
        if (reject.With != "tcp reset")
            json.String("expr", reject.Code ?? "port-unreachable");
    });

    private static bool IsMixed(NftFamily family) => family is NftFamily.Inet or NftFamily.Bridge or NftFamily.Netdev;

    /// <summary>What a reject without more words answers with.</summary>
    private static string Bare(NftRuleDraft rule)
    {
        var network = IsMixed(rule.Family) ? rule.Headers.Network : null;
        if (rule.Family == NftFamily.Ip || network == NftHeaders.Ip)
            return "icmp";
        return rule.Family == NftFamily.Ip6 || network == NftHeaders.Ip6 ? "icmpv6" : "icmpx";
    }

    private static NftStatement.Reject Statement(RejectType type, byte code, bool isMixed, NftReadRule rule)
    {
        switch (type)
        {
            case RejectType.NFT_REJECT_TCP_RST:
                return new NftStatement.Reject("tcp reset");
            case RejectType.NFT_REJECT_ICMPX_UNREACH:
                return code == PortUnreachable ? new NftStatement.Reject() : new NftStatement.Reject("icmpx", rule.Word(NftDataTypes.IcmpxCode, code));
        }

        var network = isMixed ? rule.Context.NetworkHeader : null;
        if ((rule.Family == NftFamily.Ip && code != PortUnreachable4) || network == NftHeaders.Ip)
            return new NftStatement.Reject("icmp", rule.Word(NftDataTypes.IcmpCode, code));
        if ((rule.Family == NftFamily.Ip6 && code != PortUnreachable6) || network == NftHeaders.Ip6)
            return new NftStatement.Reject("icmpv6", rule.Word(NftDataTypes.Icmp6Code, code));
        return new NftStatement.Reject();
    }
}
