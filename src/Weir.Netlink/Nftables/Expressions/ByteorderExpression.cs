using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_byteorder_ops.</summary>
public enum ByteorderOperation : uint
{
    NFT_BYTEORDER_NTOH = 0,
    NFT_BYTEORDER_HTON = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_byteorder_attributes.</summary>
internal enum ByteorderAttribute : ushort
{
    NFTA_BYTEORDER_SREG = 1,
    NFTA_BYTEORDER_DREG = 2,
    NFTA_BYTEORDER_OP = 3,
    NFTA_BYTEORDER_LEN = 4,
    NFTA_BYTEORDER_SIZE = 5,
}

/// <summary>Turns numbers in a register from the host's order to the network's or back.</summary>
/// <param name="Length">Of all numbers, in bytes.</param>
/// <param name="Size">Of one number: 2, 4 or 8 bytes.</param>
public sealed record ByteorderExpression(ByteorderOperation Operation, uint Length, uint Size, NftRegister Source = NftRegister.NFT_REG_1, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(ByteorderExpression.KernelName)
{
    internal const string KernelName = "byteorder";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(ByteorderAttribute.NFTA_BYTEORDER_SIZE)
            ? new ByteorderExpression(
                (ByteorderOperation)data.UInt32(ByteorderAttribute.NFTA_BYTEORDER_OP),
                data.UInt32(ByteorderAttribute.NFTA_BYTEORDER_LEN),
                data.UInt32(ByteorderAttribute.NFTA_BYTEORDER_SIZE),
                data.Register(ByteorderAttribute.NFTA_BYTEORDER_SREG),
                data.Register(ByteorderAttribute.NFTA_BYTEORDER_DREG))
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(ByteorderAttribute.NFTA_BYTEORDER_SREG, Source);
        writer.WriteRegister(ByteorderAttribute.NFTA_BYTEORDER_DREG, Destination);
        writer.WriteUInt32BigEndian(ByteorderAttribute.NFTA_BYTEORDER_OP, (uint)Operation);
        writer.WriteUInt32BigEndian(ByteorderAttribute.NFTA_BYTEORDER_LEN, Length);
        writer.WriteUInt32BigEndian(ByteorderAttribute.NFTA_BYTEORDER_SIZE, Size);
    }
}
