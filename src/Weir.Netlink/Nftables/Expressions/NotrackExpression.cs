using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>The packet is not tracked by conntrack.</summary>
public sealed record NotrackExpression() : NftExpression(KernelName)
{
    internal const string KernelName = "notrack";

    internal override bool HasData => false;

    internal static NftExpression? Read(ExpressionData data) => data.IsEmpty ? new NotrackExpression() : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
    }
}
