using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Statements;

/// <summary><c>fwd to "eth0"</c>, <c>fwd ip to 10.0.0.1 device "eth0"</c>.</summary>
internal static class FwdStatement
{
    private static readonly NftSpec Link = NftSpec.Of(NftDataTypes.Link);

    internal static void Write(NftStatement.Fwd fwd, NftRuleDraft rule)
    {
        rule.Terms.Put(fwd.Device, [Link], NftRegister.NFT_REG_1);
        if (fwd.Address is null)
        {
            rule.Add(new FwdExpression());
            return;
        }

        var isSix = fwd.Family == "ip6";
        rule.Terms.Put(fwd.Address, [Address(isSix)], NftRegister.NFT_REG_2);
        rule.Add(new FwdExpression(NftRegister.NFT_REG_1, NftRegister.NFT_REG_2, isSix ? NftFamily.Ip6 : NftFamily.Ip));
    }

    internal static NftStatement.Fwd Read(FwdExpression fwd, NftReadRule rule)
    {
        var device = rule.Given(fwd.Device, Link);
        var isSix = fwd.Family == NftFamily.Ip6;
        return fwd.Address is { } address ? new NftStatement.Fwd(isSix ? "ip6" : "ip", rule.Given(address, Address(isSix)), device) : new NftStatement.Fwd("", null, device);
    }

    private static NftSpec Address(bool isSix) => NftSpec.Of(isSix ? NftDataTypes.IPv6 : NftDataTypes.IPv4);
}
