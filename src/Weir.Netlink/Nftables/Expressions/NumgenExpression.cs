using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_ng_types.</summary>
public enum NumgenType : uint
{
    NFT_NG_INCREMENTAL = 0,
    NFT_NG_RANDOM = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_ng_attributes.</summary>
internal enum NumgenAttribute : ushort
{
    NFTA_NG_DREG = 1,
    NFTA_NG_MODULUS = 2,
    NFTA_NG_TYPE = 3,
    NFTA_NG_OFFSET = 4,
}

/// <summary>Makes numbers from offset to offset + modulus − 1, in turn or by chance.</summary>
public sealed record NumgenExpression(NumgenType Type, uint Modulus, uint Offset = 0, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(NumgenExpression.KernelName)
{
    internal const string KernelName = "numgen";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(NumgenAttribute.NFTA_NG_OFFSET)
            ? new NumgenExpression(
                (NumgenType)data.UInt32(NumgenAttribute.NFTA_NG_TYPE),
                data.UInt32(NumgenAttribute.NFTA_NG_MODULUS),
                data.UInt32(NumgenAttribute.NFTA_NG_OFFSET),
                data.Register(NumgenAttribute.NFTA_NG_DREG))
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(NumgenAttribute.NFTA_NG_DREG, Destination);
        writer.WriteUInt32BigEndian(NumgenAttribute.NFTA_NG_MODULUS, Modulus);
        writer.WriteUInt32BigEndian(NumgenAttribute.NFTA_NG_TYPE, (uint)Type);
        writer.WriteUInt32BigEndian(NumgenAttribute.NFTA_NG_OFFSET, Offset);
    }
}
