using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_payload_csum_types.</summary>
public enum PayloadChecksum : uint
{
    NFT_PAYLOAD_CSUM_NONE = 0,
    NFT_PAYLOAD_CSUM_INET = 1,
    NFT_PAYLOAD_CSUM_SCTP = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_payload_csum_flags.</summary>
[Flags]
public enum PayloadChecksumFlags : uint
{
    None = 0,
    NFT_PAYLOAD_L4CSUM_PSEUDOHDR = 1,
}

/// <summary>Writes a register into the packet, and mends the checksum at an offset.</summary>
public sealed record PayloadSetExpression(PayloadBase Base, uint Offset, uint Length, NftRegister Source = NftRegister.NFT_REG_1) : NftExpression(PayloadExpression.KernelName)
{
    public PayloadChecksum Checksum { get; init; }

    /// <summary>From the start of the same header.</summary>
    public uint ChecksumOffset { get; init; }

    /// <summary>Whether the transport's checksum covers what is changed (the pseudo header's addresses).</summary>
    public PayloadChecksumFlags ChecksumFlags { get; init; }

    internal static PayloadSetExpression ReadSet(ExpressionData data) => new(
        (PayloadBase)data.UInt32(PayloadAttribute.NFTA_PAYLOAD_BASE),
        data.UInt32(PayloadAttribute.NFTA_PAYLOAD_OFFSET),
        data.UInt32(PayloadAttribute.NFTA_PAYLOAD_LEN),
        data.Register(PayloadAttribute.NFTA_PAYLOAD_SREG))
    {
        Checksum = (PayloadChecksum)data.UInt32(PayloadAttribute.NFTA_PAYLOAD_CSUM_TYPE),
        ChecksumOffset = data.UInt32(PayloadAttribute.NFTA_PAYLOAD_CSUM_OFFSET),
        ChecksumFlags = (PayloadChecksumFlags)data.UInt32(PayloadAttribute.NFTA_PAYLOAD_CSUM_FLAGS),
    };

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(PayloadAttribute.NFTA_PAYLOAD_SREG, Source);
        writer.WriteUInt32BigEndian(PayloadAttribute.NFTA_PAYLOAD_BASE, (uint)Base);
        writer.WriteUInt32BigEndian(PayloadAttribute.NFTA_PAYLOAD_OFFSET, Offset);
        writer.WriteUInt32BigEndian(PayloadAttribute.NFTA_PAYLOAD_LEN, Length);
        writer.WriteUInt32BigEndian(PayloadAttribute.NFTA_PAYLOAD_CSUM_TYPE, (uint)Checksum);
        writer.WriteUInt32BigEndian(PayloadAttribute.NFTA_PAYLOAD_CSUM_OFFSET, ChecksumOffset);
        writer.WriteUInt32Unless0(PayloadAttribute.NFTA_PAYLOAD_CSUM_FLAGS, (uint)ChecksumFlags);
    }
}
