using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_bitwise_ops. The last three came with Linux 6.13.</summary>
public enum BitwiseOperation : uint
{
    NFT_BITWISE_MASK_XOR = 0,
    NFT_BITWISE_LSHIFT = 1,
    NFT_BITWISE_RSHIFT = 2,
    NFT_BITWISE_AND = 3,
    NFT_BITWISE_OR = 4,
    NFT_BITWISE_XOR = 5,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_bitwise_attributes.</summary>
internal enum BitwiseAttribute : ushort
{
    NFTA_BITWISE_SREG = 1,
    NFTA_BITWISE_DREG = 2,
    NFTA_BITWISE_LEN = 3,
    NFTA_BITWISE_MASK = 4,
    NFTA_BITWISE_XOR = 5,
    NFTA_BITWISE_OP = 6,
    NFTA_BITWISE_DATA = 7,
    NFTA_BITWISE_SREG2 = 8,
}

/// <summary>Calculates with a register: <c>(source &amp; mask) ^ xor</c>, or a shift by <see cref="Data"/>, or with a second register.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Mask">Empty for other operations than NFT_BITWISE_MASK_XOR.</param>
/// <param name="Xor">Empty for other operations than NFT_BITWISE_MASK_XOR.</param>
public sealed record BitwiseExpression(uint Length, NftValue Mask, NftValue Xor, NftRegister Source = NftRegister.NFT_REG_1, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(BitwiseExpression.KernelName)
{
    internal const string KernelName = "bitwise";

    public BitwiseOperation Operation { get; init; }

    /// <summary>By how many bits a shift goes: four bytes in the host's order.</summary>
    public NftValue Data { get; init; }

    /// <summary>The other operand of NFT_BITWISE_AND, OR and XOR.</summary>
    public NftRegister? Second { get; init; }

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(BitwiseAttribute.NFTA_BITWISE_SREG2)
            ? new BitwiseExpression(
                data.UInt32(BitwiseAttribute.NFTA_BITWISE_LEN),
                data.Value(BitwiseAttribute.NFTA_BITWISE_MASK),
                data.Value(BitwiseAttribute.NFTA_BITWISE_XOR),
                data.Register(BitwiseAttribute.NFTA_BITWISE_SREG),
                data.Register(BitwiseAttribute.NFTA_BITWISE_DREG))
            {
                Operation = (BitwiseOperation)data.UInt32(BitwiseAttribute.NFTA_BITWISE_OP),
                Data = data.Value(BitwiseAttribute.NFTA_BITWISE_DATA),
                Second = data.Has(BitwiseAttribute.NFTA_BITWISE_SREG2) ? data.Register(BitwiseAttribute.NFTA_BITWISE_SREG2) : null,
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(BitwiseAttribute.NFTA_BITWISE_SREG, Source);
        writer.WriteRegister(BitwiseAttribute.NFTA_BITWISE_DREG, Destination);
        writer.WriteUInt32Unless0(BitwiseAttribute.NFTA_BITWISE_OP, (uint)Operation);
        writer.WriteUInt32BigEndian(BitwiseAttribute.NFTA_BITWISE_LEN, Length);
        if (!Mask.IsEmpty)
            NftDataMessage.Write(ref writer, BitwiseAttribute.NFTA_BITWISE_MASK, Mask);
        if (!Xor.IsEmpty)
            NftDataMessage.Write(ref writer, BitwiseAttribute.NFTA_BITWISE_XOR, Xor);
        if (!Data.IsEmpty)
            NftDataMessage.Write(ref writer, BitwiseAttribute.NFTA_BITWISE_DATA, Data);
        if (Second is { } second)
            writer.WriteRegister(BitwiseAttribute.NFTA_BITWISE_SREG2, second);
    }
}
