using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables_compat.h: enum nft_target_attributes.</summary>
internal enum TargetAttribute : ushort
{
    NFTA_TARGET_NAME = 1,
    NFTA_TARGET_REV = 2,
    NFTA_TARGET_INFO = 3,
}

/// <summary>A target of xtables (<c>-j NAME</c>), run by nft_compat. <see cref="NftRule.Compat"/> must say the rule's protocol where the extension asks for one.</summary>
/// <param name="Info">The extension's structure, zero filled up to a multiple of 8 bytes (XT_ALIGN); another size is EINVAL.</param>
public sealed record XtTarget(string Name, uint Revision, NftValue Info) : NftExpression(XtTarget.KernelName)
{
    internal const string KernelName = "target";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(TargetAttribute.NFTA_TARGET_INFO) ? new XtTarget(data.Text(TargetAttribute.NFTA_TARGET_NAME), data.UInt32(TargetAttribute.NFTA_TARGET_REV), data.Bytes(TargetAttribute.NFTA_TARGET_INFO)) : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteString(TargetAttribute.NFTA_TARGET_NAME, Name);
        writer.WriteUInt32BigEndian(TargetAttribute.NFTA_TARGET_REV, Revision);
        writer.WriteBytes(TargetAttribute.NFTA_TARGET_INFO, Info.Span);
    }
}
