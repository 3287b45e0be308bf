using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>flow add @f</c>.</summary>
internal static class FlowAddStatement
{
    internal static FlowOffloadExpression Write(NftStatement.FlowAdd flow) => new(flow.FlowTable);

    internal static NftStatement.FlowAdd Read(FlowOffloadExpression flow) => new(flow.FlowTable);
}
