using Weir.Netlink.Nftables;

namespace Weir.Host.Nft;

/// <summary>Comments of tables, chains, rules and objects: the kernel keeps them and does not look at them.</summary>
internal static class NftComments
{
    /// <summary>Nothing for no comment.</summary>
    internal static NftValue Write(string? comment) => comment is null ? default : NftUserData.Comment(comment);
}
