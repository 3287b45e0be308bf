using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>tcp option maxseg size</c>; without a field, whether the option is there.</summary>
internal static class TcpOptionTerm
{
    internal static NftExtensions.Place Place(NftTerm.TcpOption option) => NftExtensions.TcpOption(option) ?? throw new NftRefused($"'{option}' is not covered");

    internal static ExthdrExpression Load(NftTerm.TcpOption option, NftRegister register)
    {
        var place = Place(option);
        return new ExthdrExpression(ExthdrOperation.NFT_EXTHDR_OP_TCPOPT, place.Type, place.Offset, place.Length, register) { Flags = option.Field is null ? ExthdrFlags.NFT_EXTHDR_F_PRESENT : ExthdrFlags.None };
    }

    /// <summary>Null for what has no name.</summary>
    internal static NftNode.Loaded? Read(ExthdrExpression extension) =>
        NftExtensions.TcpOption(extension.Type, extension.Offset, extension.Length, (extension.Flags & ExthdrFlags.NFT_EXTHDR_F_PRESENT) != 0) is { } term && NftExtensions.TcpOption(term) is { } place
            ? new NftNode.Loaded(term, place.Spec)
            : null;

    internal static void Set(NftTerm.TcpOption option, NftTerm value, NftRuleDraft rule)
    {
        rule.Requirements.Require(option);
        var place = Place(option);
        rule.Terms.Put(value, [place.Spec], NftRegister.NFT_REG_1);
        rule.Add(new ExthdrSetExpression(ExthdrOperation.NFT_EXTHDR_OP_TCPOPT, place.Type, place.Offset, place.Length));
    }

    internal static NftStatement.Assign Read(ExthdrSetExpression option, NftRegister source, NftReadRule rule)
    {
        var term = NftExtensions.TcpOption(option.Type, option.Offset, option.Length, isPresence: false) ?? throw new NftRefused($"TCP option {option.Type} is not understood");
        rule.KillFor(term);
        return new NftStatement.Assign(term, rule.Given(source, NftSpec.Of(NftDataTypes.Integer, (int)option.Length * 8)));
    }

    internal static void WriteJson(NftTerm.TcpOption option, NftJsonWriter json) => json.Named("tcp option", () =>
    {
        json.String("name", option.Option);
        if (option.Field is not null)
            json.String("field", option.Field);
    });
}
