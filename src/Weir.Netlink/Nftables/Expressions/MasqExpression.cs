using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_masq_attributes.</summary>
internal enum MasqAttribute : ushort
{
    NFTA_MASQ_FLAGS = 1,
    NFTA_MASQ_REG_PROTO_MIN = 2,
    NFTA_MASQ_REG_PROTO_MAX = 3,
}

/// <summary>Source translation to the address of the interface that the packet leaves by.</summary>
public sealed record MasqExpression() : NftExpression(MasqExpression.KernelName)
{
    internal const string KernelName = "masq";

    public NatFlags Flags { get; init; }

    public NftRegister? Port { get; init; }

    /// <summary>The last port of a range; null or the same register: one port.</summary>
    public NftRegister? PortEnd { get; init; }

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(MasqAttribute.NFTA_MASQ_REG_PROTO_MAX)
            ? new MasqExpression
            {
                Flags = (NatFlags)data.UInt32(MasqAttribute.NFTA_MASQ_FLAGS),
                Port = data.Has(MasqAttribute.NFTA_MASQ_REG_PROTO_MIN) ? data.Register(MasqAttribute.NFTA_MASQ_REG_PROTO_MIN) : null,
                PortEnd = data.Has(MasqAttribute.NFTA_MASQ_REG_PROTO_MAX) ? data.Register(MasqAttribute.NFTA_MASQ_REG_PROTO_MAX) : null,
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32Unless0(MasqAttribute.NFTA_MASQ_FLAGS, (uint)Flags);
        if (Port is { } port)
            writer.WriteRegister(MasqAttribute.NFTA_MASQ_REG_PROTO_MIN, port);
        if (PortEnd is { } portEnd)
            writer.WriteRegister(MasqAttribute.NFTA_MASQ_REG_PROTO_MAX, portEnd);
    }
}
