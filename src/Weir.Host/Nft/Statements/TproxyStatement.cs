using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Statements;

/// <summary><c>tproxy ip to 127.0.0.1:15001</c>.</summary>
internal static class TproxyStatement
{
    internal static void Write(NftStatement.Tproxy tproxy, NftRuleDraft rule)
    {
        if (!rule.Headers.HasTransportMatch)
            throw new NftRefused("Transparent proxy support requires transport protocol match.");
        if (tproxy.Address is null && tproxy.Port is null)
            throw new NftRefused("Either address or port must be specified!");
        var target = tproxy.Family switch
        {
            "ip" => NftFamily.Ip,
            "ip6" => NftFamily.Ip6,
            _ => rule.Family == NftFamily.Inet ? NftFamily.Unspecified : rule.Family,
        };
        if (target == NftFamily.Unspecified && tproxy.Address is not null)
            throw new NftRefused("ip or ip6 must be specified with address for inet tables.");
        NftRegister? address = null, port = null;
        var next = NftRegister.NFT_REG_1;
        if (tproxy.Address is { } addressTerm)
        {
            rule.Terms.Put(addressTerm, [NftSpec.Of(target == NftFamily.Ip6 ? NftDataTypes.IPv6 : NftDataTypes.IPv4)], next);
            address = next++;
        }

        if (tproxy.Port is { } portTerm)
        {
            rule.Terms.Put(portTerm, [NftSpec.Of(NftDataTypes.Service)], next);
            port = next;
        }

        rule.Add(new TproxyExpression(target, port, address));
    }

    internal static NftStatement.Tproxy Read(TproxyExpression tproxy, NftReadRule rule)
    {
        var isSix = tproxy.Family == NftFamily.Ip6;
        var address = tproxy.Address is { } register ? rule.Nodes.Given(rule.Registers.Get(register), NftSpec.Of(isSix ? NftDataTypes.IPv6 : NftDataTypes.IPv4)) : null;
        if (tproxy.Port is not null)
            rule.Context.Reset();
        var port = tproxy.Port is { } portRegister ? rule.Nodes.Given(rule.Registers.Get(portRegister), NftSpec.Of(NftDataTypes.Service)) : null;
        return new NftStatement.Tproxy(rule.Family == NftFamily.Inet && tproxy.Family != NftFamily.Unspecified ? isSix ? "ip6" : "ip" : "", address, port);
    }

    internal static void WriteJson(NftStatement.Tproxy tproxy, NftJsonWriter json) => json.Named("tproxy", () =>
    {
        if (tproxy.Family.Length != 0)
            json.String("family", tproxy.Family);
        json.Optional("addr", tproxy.Address);
        json.Optional("port", tproxy.Port);
    });
}
