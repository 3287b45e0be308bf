using Weir.Host.Nft.Json;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>notrack</c>.</summary>
internal static class NotrackStatement
{
    internal static NotrackExpression Write() => new();

    internal static NftStatement.Notrack Read() => new();

    internal static void WriteJson(NftJsonWriter json) => json.Null("notrack");
}
