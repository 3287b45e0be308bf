using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_offload_attributes.</summary>
internal enum FlowAttribute : ushort
{
    NFTA_FLOW_TABLE_NAME = 1,
}

/// <summary>The packet's connection goes through a flow table from now on: <c>flow add @name</c>.</summary>
public sealed record FlowOffloadExpression(string FlowTable) : NftExpression(FlowOffloadExpression.KernelName)
{
    internal const string KernelName = "flow_offload";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(FlowAttribute.NFTA_FLOW_TABLE_NAME) ? new FlowOffloadExpression(data.Text(FlowAttribute.NFTA_FLOW_TABLE_NAME)) : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteString(FlowAttribute.NFTA_FLOW_TABLE_NAME, FlowTable);
    }
}
