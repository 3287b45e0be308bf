using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_exthdr_op.</summary>
public enum ExthdrOperation : uint
{
    NFT_EXTHDR_OP_IPV6 = 0,
    NFT_EXTHDR_OP_TCPOPT = 1,
    NFT_EXTHDR_OP_IPV4 = 2,
    NFT_EXTHDR_OP_SCTP = 3,
    NFT_EXTHDR_OP_DCCP = 4,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_exthdr_flags.</summary>
[Flags]
public enum ExthdrFlags : uint
{
    None = 0,
    NFT_EXTHDR_F_PRESENT = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_exthdr_attributes.</summary>
internal enum ExthdrAttribute : ushort
{
    NFTA_EXTHDR_DREG = 1,
    NFTA_EXTHDR_TYPE = 2,
    NFTA_EXTHDR_OFFSET = 3,
    NFTA_EXTHDR_LEN = 4,
    NFTA_EXTHDR_FLAGS = 5,
    NFTA_EXTHDR_OP = 6,
    NFTA_EXTHDR_SREG = 7,
}

/// <summary>Loads bytes of an IPv6 extension header or of an option (TCP, IPv4, ...), or whether it is there.</summary>
/// <param name="Type">The header's protocol number, or the option's kind.</param>
public sealed record ExthdrExpression(ExthdrOperation Operation, byte Type, uint Offset, uint Length, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(ExthdrExpression.KernelName)
{
    internal const string KernelName = "exthdr";

    /// <summary>NFT_EXTHDR_F_PRESENT: one byte, 1 when the header is there.</summary>
    public ExthdrFlags Flags { get; init; }

    internal static NftExpression? Read(ExpressionData data) =>
        !data.HasOnly(ExthdrAttribute.NFTA_EXTHDR_SREG) ? null
        : !data.Has(ExthdrAttribute.NFTA_EXTHDR_DREG) ? ExthdrSetExpression.ReadSet(data)
        : new ExthdrExpression(
            (ExthdrOperation)data.UInt32(ExthdrAttribute.NFTA_EXTHDR_OP),
            data.UInt8(ExthdrAttribute.NFTA_EXTHDR_TYPE),
            data.UInt32(ExthdrAttribute.NFTA_EXTHDR_OFFSET),
            data.UInt32(ExthdrAttribute.NFTA_EXTHDR_LEN),
            data.Register(ExthdrAttribute.NFTA_EXTHDR_DREG))
        {
            Flags = (ExthdrFlags)data.UInt32(ExthdrAttribute.NFTA_EXTHDR_FLAGS),
        };

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(ExthdrAttribute.NFTA_EXTHDR_DREG, Destination);
        ExthdrSetExpression.WritePlace(ref writer, Operation, Type, Offset, Length);
        writer.WriteUInt32Unless0(ExthdrAttribute.NFTA_EXTHDR_FLAGS, (uint)Flags);
    }
}
