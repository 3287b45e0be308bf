using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>Writes a register into a TCP option (<c>tcp option maxseg size set</c>), or, without a register, takes the option away.</summary>
public sealed record ExthdrSetExpression(ExthdrOperation Operation, byte Type, uint Offset, uint Length, NftRegister? Source = NftRegister.NFT_REG_1) : NftExpression(ExthdrExpression.KernelName)
{
    internal static ExthdrSetExpression ReadSet(ExpressionData data) => new(
        (ExthdrOperation)data.UInt32(ExthdrAttribute.NFTA_EXTHDR_OP),
        data.UInt8(ExthdrAttribute.NFTA_EXTHDR_TYPE),
        data.UInt32(ExthdrAttribute.NFTA_EXTHDR_OFFSET),
        data.UInt32(ExthdrAttribute.NFTA_EXTHDR_LEN),
        data.Has(ExthdrAttribute.NFTA_EXTHDR_SREG) ? data.Register(ExthdrAttribute.NFTA_EXTHDR_SREG) : null);

    internal static void WritePlace(ref NetlinkWriter writer, ExthdrOperation operation, byte type, uint offset, uint length)
    {
        writer.WriteUInt8(ExthdrAttribute.NFTA_EXTHDR_TYPE, type);
        writer.WriteUInt32BigEndian(ExthdrAttribute.NFTA_EXTHDR_OFFSET, offset);
        writer.WriteUInt32BigEndian(ExthdrAttribute.NFTA_EXTHDR_LEN, length);
        writer.WriteUInt32BigEndian(ExthdrAttribute.NFTA_EXTHDR_OP, (uint)operation);
    }

    internal override void WriteData(ref NetlinkWriter writer)
    {
        if (Source is { } source)
            writer.WriteRegister(ExthdrAttribute.NFTA_EXTHDR_SREG, source);
        WritePlace(ref writer, Operation, Type, Offset, Length);
    }
}
