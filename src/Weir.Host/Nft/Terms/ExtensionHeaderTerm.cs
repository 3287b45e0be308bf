using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Terms;

/// <summary><c>frag id</c>, <c>exthdr hbh exists</c>: of IPv6's extension headers.</summary>
internal static class ExtensionHeaderTerm
{
    internal static NftExtensions.Place Place(NftTerm.ExtensionHeader header) => NftExtensions.Header(header) ?? throw new NftRefused($"'{header}' is not covered");

    internal static ExthdrExpression Load(NftTerm.ExtensionHeader header, NftRegister register)
    {
        var place = Place(header);
        return new ExthdrExpression(ExthdrOperation.NFT_EXTHDR_OP_IPV6, place.Type, place.Offset, place.Length, register) { Flags = header.Field is null ? ExthdrFlags.NFT_EXTHDR_F_PRESENT : ExthdrFlags.None };
    }

    /// <summary>Null for what has no name.</summary>
    internal static NftNode.Loaded? Read(ExthdrExpression extension) =>
        NftExtensions.Header(extension.Type, extension.Offset, extension.Length, (extension.Flags & ExthdrFlags.NFT_EXTHDR_F_PRESENT) != 0) is { } term && NftExtensions.Header(term) is { } place
            ? new NftNode.Loaded(term, place.Spec)
            : null;

    internal static void WriteJson(NftTerm.ExtensionHeader header, NftJsonWriter json) => json.Named("exthdr", () =>
    {
        json.String("name", header.Header);
        if (header.Field is not null)
            json.String("field", header.Field);
    });
}
