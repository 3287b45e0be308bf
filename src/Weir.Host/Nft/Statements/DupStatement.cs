using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Statements;

/// <summary><c>dup to 10.0.0.1 device "eth0"</c>; in netdev tables <c>dup to "eth0"</c>.</summary>
internal static class DupStatement
{
    private static readonly NftSpec Link = NftSpec.Of(NftDataTypes.Link);

    internal static void Write(NftStatement.Dup dup, NftRuleDraft rule)
    {
        if (rule.Family == NftFamily.Netdev)
        {
            rule.Terms.Put(dup.To, [Link], NftRegister.NFT_REG_1);
            rule.Add(new DupExpression(null, NftRegister.NFT_REG_1));
            return;
        }

        rule.Terms.Put(dup.To, [Address(rule.Family)], NftRegister.NFT_REG_1);
        if (dup.Device is not null)
            rule.Terms.Put(dup.Device, [Link], NftRegister.NFT_REG_2);
        rule.Add(new DupExpression(NftRegister.NFT_REG_1, dup.Device is null ? null : NftRegister.NFT_REG_2));
    }

    internal static NftStatement.Dup Read(DupExpression dup, NftReadRule rule)
    {
        var to = dup.Address is { } address ? rule.Given(address, Address(rule.Family)) : rule.Given(dup.Device ?? throw new NftRefused("dup without a target"), Link);
        return new NftStatement.Dup(to, rule.Family != NftFamily.Netdev && dup.Device is { } device ? rule.Given(device, Link) : null);
    }

    private static NftSpec Address(NftFamily family) => NftSpec.Of(family == NftFamily.Ip6 ? NftDataTypes.IPv6 : NftDataTypes.IPv4);
}
