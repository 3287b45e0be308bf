using Weir.Netlink.Nftables.Expressions;

namespace Weir.Host.Nft;

/// <summary>Comparisons by nft's signs.</summary>
internal static class NftComparisons
{
    internal static CmpOperation Operation(string sign) => sign switch
    {
        "" or "==" => CmpOperation.NFT_CMP_EQ,
        "!=" => CmpOperation.NFT_CMP_NEQ,
        "<" => CmpOperation.NFT_CMP_LT,
        "<=" => CmpOperation.NFT_CMP_LTE,
        ">" => CmpOperation.NFT_CMP_GT,
        ">=" => CmpOperation.NFT_CMP_GTE,
        _ => throw new NftRefused($"'{sign}' is only for flags"),
    };

    /// <param name="isExplicit">Whether equality has a sign: without one, a flag is one among others.</param>
    internal static string Sign(CmpOperation operation, bool isExplicit = false) => operation switch
    {
        CmpOperation.NFT_CMP_EQ => isExplicit ? "==" : "",
        CmpOperation.NFT_CMP_NEQ => "!=",
        CmpOperation.NFT_CMP_LT => "<",
        CmpOperation.NFT_CMP_LTE => "<=",
        CmpOperation.NFT_CMP_GT => ">",
        CmpOperation.NFT_CMP_GTE => ">=",
        _ => throw new NftRefused($"comparison {(uint)operation} is not understood"),
    };
}
