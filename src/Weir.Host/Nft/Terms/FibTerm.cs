using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>fib saddr . iif oif</c>: what a look into the routes says.</summary>
internal static class FibTerm
{
    private static readonly (string Word, FibFlags Flag)[] Tuple =
    [
        ("saddr", FibFlags.NFTA_FIB_F_SADDR),
        ("daddr", FibFlags.NFTA_FIB_F_DADDR),
        ("mark", FibFlags.NFTA_FIB_F_MARK),
        ("iif", FibFlags.NFTA_FIB_F_IIF),
        ("oif", FibFlags.NFTA_FIB_F_OIF),
    ];

    /// <summary>Whether there is a route at all.</summary>
    private static readonly NftSpec Presence = new(NftDataTypes.Boolean, 32, IsHostOrder: true);

    internal static NftSpec Spec(NftTerm.Fib fib) => fib.Result switch
    {
        "type" => NftSpec.Of(NftDataTypes.FibAddressType),
        "oif" => NftSpec.Of(NftDataTypes.Link),
        "oifname" => NftSpec.Of(NftDataTypes.LinkName),
        _ => Presence,
    };

    internal static FibExpression Load(NftTerm.Fib fib, NftRegister register)
    {
        var flags = fib.Tuple.Aggregate(FibFlags.None, (sum, word) => sum | Tuple.FirstOrDefault(known => known.Word == word, Tuple[^1]).Flag);
        return fib.Result switch
        {
            "oif" => new FibExpression(FibResult.NFT_FIB_RESULT_OIF, flags, register),
            "oifname" => new FibExpression(FibResult.NFT_FIB_RESULT_OIFNAME, flags, register),
            "type" => new FibExpression(FibResult.NFT_FIB_RESULT_ADDRTYPE, flags, register),
            _ => new FibExpression(FibResult.NFT_FIB_RESULT_OIF, flags | FibFlags.NFTA_FIB_F_PRESENT, register),
        };
    }

    internal static NftNode.Loaded Read(FibExpression fib)
    {
        var result = fib.Result switch
        {
            FibResult.NFT_FIB_RESULT_OIF => "oif",
            FibResult.NFT_FIB_RESULT_OIFNAME => "oifname",
            FibResult.NFT_FIB_RESULT_ADDRTYPE => "type",
            _ => throw new NftRefused($"fib result {(uint)fib.Result} is not understood"),
        };
        var term = new NftTerm.Fib([.. Tuple.Where(known => (fib.Flags & known.Flag) != 0).Select(known => known.Word)], result);
        var isPresence = result == "oif" && (fib.Flags & FibFlags.NFTA_FIB_F_PRESENT) != 0;
        return new NftNode.Loaded(term, isPresence ? Presence : Spec(term));
    }

    internal static void WriteJson(NftTerm.Fib fib, NftJsonWriter json) => json.Named("fib", () =>
    {
        json.String("result", fib.Result);
        json.List("flags", fib.Tuple);
    });
}
