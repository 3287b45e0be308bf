using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>numgen inc mod 5 offset 100</c>: a number that counts on, or a random one.</summary>
internal static class NumgenTerm
{
    internal static NftSpec Spec { get; } = NftSpec.Of(NftDataTypes.HostInteger, 32);

    internal static NumgenExpression Load(NftTerm.Numgen numgen, NftRegister register) =>
        new(numgen.Mode == "inc" ? NumgenType.NFT_NG_INCREMENTAL : NumgenType.NFT_NG_RANDOM, numgen.Modulus, numgen.Offset, register);

    internal static NftNode.Loaded Read(NumgenExpression numgen) =>
        new(new NftTerm.Numgen(numgen.Type == NumgenType.NFT_NG_INCREMENTAL ? "inc" : "random", numgen.Modulus, numgen.Offset), Spec);

    internal static void WriteJson(NftTerm.Numgen numgen, NftJsonWriter json) => json.Named("numgen", () =>
    {
        json.String("mode", numgen.Mode);
        json.Number("mod", numgen.Modulus);
        json.Number("offset", numgen.Offset);
    });
}
