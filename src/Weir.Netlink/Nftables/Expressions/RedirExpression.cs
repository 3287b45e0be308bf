using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_redir_attributes.</summary>
internal enum RedirAttribute : ushort
{
    NFTA_REDIR_REG_PROTO_MIN = 1,
    NFTA_REDIR_REG_PROTO_MAX = 2,
    NFTA_REDIR_FLAGS = 3,
}

/// <summary>Redirects to the machine itself, on a port from a register or on the same one.</summary>
public sealed record RedirExpression() : NftExpression(RedirExpression.KernelName)
{
    internal const string KernelName = "redir";

    public NftRegister? Port { get; init; }

    /// <summary>The last port of a range; null or the same register: one port.</summary>
    public NftRegister? PortEnd { get; init; }

    /// <summary>NF_NAT_RANGE_PROTO_SPECIFIED goes with a port.</summary>
    public NatFlags Flags { get; init; }

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(RedirAttribute.NFTA_REDIR_FLAGS)
            ? new RedirExpression
            {
                Port = data.Has(RedirAttribute.NFTA_REDIR_REG_PROTO_MIN) ? data.Register(RedirAttribute.NFTA_REDIR_REG_PROTO_MIN) : null,
                PortEnd = data.Has(RedirAttribute.NFTA_REDIR_REG_PROTO_MAX) ? data.Register(RedirAttribute.NFTA_REDIR_REG_PROTO_MAX) : null,
                Flags = (NatFlags)data.UInt32(RedirAttribute.NFTA_REDIR_FLAGS),
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        if (Port is { } port)
            writer.WriteRegister(RedirAttribute.NFTA_REDIR_REG_PROTO_MIN, port);
        if (PortEnd is { } portEnd)
            writer.WriteRegister(RedirAttribute.NFTA_REDIR_REG_PROTO_MAX, portEnd);
        writer.WriteUInt32Unless0(RedirAttribute.NFTA_REDIR_FLAGS, (uint)Flags);
    }
}
