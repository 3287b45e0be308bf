using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_immediate_attributes.</summary>
internal enum ImmediateAttribute : ushort
{
    NFTA_IMMEDIATE_DREG = 1,
    NFTA_IMMEDIATE_DATA = 2,
}

/// <summary>Puts bytes into a register, or a verdict into the verdict register (see <see cref="Verdict"/>).</summary>
public sealed record ImmediateExpression(NftData Data, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(ImmediateExpression.KernelName)
{
    internal const string KernelName = "immediate";

    /// <summary><c>accept</c>, <c>drop</c>, <c>jump CHAIN</c>, ...</summary>
    public static ImmediateExpression Verdict(NftVerdict verdict) => new(verdict, NftRegister.NFT_REG_VERDICT);

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(ImmediateAttribute.NFTA_IMMEDIATE_DATA)
            ? new ImmediateExpression(data.Data(ImmediateAttribute.NFTA_IMMEDIATE_DATA), data.Register(ImmediateAttribute.NFTA_IMMEDIATE_DREG))
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(ImmediateAttribute.NFTA_IMMEDIATE_DREG, Destination);
        NftDataMessage.Write(ref writer, ImmediateAttribute.NFTA_IMMEDIATE_DATA, Data);
    }
}
