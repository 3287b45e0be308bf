using Weir.Host.Nft.Json;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>ct count over 5</c>.</summary>
internal static class ConnectionLimitStatement
{
    internal static ConnlimitExpression Write(NftStatement.ConnectionLimit limit) => new(limit.Count, limit.IsOver ? ConnlimitFlags.NFT_CONNLIMIT_F_INV : ConnlimitFlags.None);

    internal static NftStatement.ConnectionLimit Read(ConnlimitExpression limit) => new((limit.Flags & ConnlimitFlags.NFT_CONNLIMIT_F_INV) != 0, limit.Count);

    internal static void WriteJson(NftStatement.ConnectionLimit limit, NftJsonWriter json) => json.Named("ct count", () =>
    {
        json.Number("val", limit.Count);
        if (limit.IsOver)
            json.True("inv");
    });
}
