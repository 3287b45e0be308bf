using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables_compat.h: enum nft_match_attributes.</summary>
internal enum MatchAttribute : ushort
{
    NFTA_MATCH_NAME = 1,
    NFTA_MATCH_REV = 2,
    NFTA_MATCH_INFO = 3,
}

/// <summary>A match of xtables (<c>-m NAME</c>), run by nft_compat. <see cref="NftRule.Compat"/> must say the rule's protocol where the extension asks for one.</summary>
/// <param name="Info">The extension's structure, zero filled up to a multiple of 8 bytes (XT_ALIGN); another size is EINVAL.</param>
public sealed record XtMatch(string Name, uint Revision, NftValue Info) : NftExpression(XtMatch.KernelName)
{
    internal const string KernelName = "match";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(MatchAttribute.NFTA_MATCH_INFO) ? new XtMatch(data.Text(MatchAttribute.NFTA_MATCH_NAME), data.UInt32(MatchAttribute.NFTA_MATCH_REV), data.Bytes(MatchAttribute.NFTA_MATCH_INFO)) : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteString(MatchAttribute.NFTA_MATCH_NAME, Name);
        writer.WriteUInt32BigEndian(MatchAttribute.NFTA_MATCH_REV, Revision);
        writer.WriteBytes(MatchAttribute.NFTA_MATCH_INFO, Info.Span);
    }
}
