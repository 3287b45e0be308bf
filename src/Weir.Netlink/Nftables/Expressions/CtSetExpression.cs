using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>Sets the mark, zone, labels or event mask of the packet's connection from a register.</summary>
public sealed record CtSetExpression(CtKey Key, NftRegister Source = NftRegister.NFT_REG_1) : NftExpression(CtExpression.KernelName)
{
    /// <summary>A zone may be set for one direction.</summary>
    public CtDirection? Direction { get; init; }

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(CtAttribute.NFTA_CT_KEY, (uint)Key);
        if (Direction is { } direction)
            writer.WriteUInt8(CtAttribute.NFTA_CT_DIRECTION, (byte)direction);
        writer.WriteRegister(CtAttribute.NFTA_CT_SREG, Source);
    }
}
