using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_nat_types.</summary>
public enum NatType : uint
{
    NFT_NAT_SNAT = 0,
    NFT_NAT_DNAT = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_nat_attributes.</summary>
internal enum NatAttribute : ushort
{
    NFTA_NAT_TYPE = 1,
    NFTA_NAT_FAMILY = 2,
    NFTA_NAT_REG_ADDR_MIN = 3,
    NFTA_NAT_REG_ADDR_MAX = 4,
    NFTA_NAT_REG_PROTO_MIN = 5,
    NFTA_NAT_REG_PROTO_MAX = 6,
    NFTA_NAT_FLAGS = 7,
}

/// <summary>Source or destination translation; addresses and ports come from registers.</summary>
/// <param name="Family">Of the addresses: Ip or Ip6.</param>
public sealed record NatExpression(NatType Type, NftFamily Family) : NftExpression(NatExpression.KernelName)
{
    internal const string KernelName = "nat";

    public NftRegister? Address { get; init; }

    /// <summary>The last address of a range; null or the same register: one address.</summary>
    public NftRegister? AddressEnd { get; init; }

    public NftRegister? Port { get; init; }

    /// <summary>The last port of a range; null or the same register: one port.</summary>
    public NftRegister? PortEnd { get; init; }

    /// <summary>The kernel sets MAP_IPS and PROTO_SPECIFIED by itself where the registers are given.</summary>
    public NatFlags Flags { get; init; }

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(NatAttribute.NFTA_NAT_FLAGS)
            ? new NatExpression((NatType)data.UInt32(NatAttribute.NFTA_NAT_TYPE), (NftFamily)data.UInt32(NatAttribute.NFTA_NAT_FAMILY))
            {
                Address = data.Has(NatAttribute.NFTA_NAT_REG_ADDR_MIN) ? data.Register(NatAttribute.NFTA_NAT_REG_ADDR_MIN) : null,
                AddressEnd = data.Has(NatAttribute.NFTA_NAT_REG_ADDR_MAX) ? data.Register(NatAttribute.NFTA_NAT_REG_ADDR_MAX) : null,
                Port = data.Has(NatAttribute.NFTA_NAT_REG_PROTO_MIN) ? data.Register(NatAttribute.NFTA_NAT_REG_PROTO_MIN) : null,
                PortEnd = data.Has(NatAttribute.NFTA_NAT_REG_PROTO_MAX) ? data.Register(NatAttribute.NFTA_NAT_REG_PROTO_MAX) : null,
                Flags = (NatFlags)data.UInt32(NatAttribute.NFTA_NAT_FLAGS),
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(NatAttribute.NFTA_NAT_TYPE, (uint)Type);
        writer.WriteUInt32BigEndian(NatAttribute.NFTA_NAT_FAMILY, (uint)Family);
        if (Address is { } address)
            writer.WriteRegister(NatAttribute.NFTA_NAT_REG_ADDR_MIN, address);
        if (AddressEnd is { } addressEnd)
            writer.WriteRegister(NatAttribute.NFTA_NAT_REG_ADDR_MAX, addressEnd);
        if (Port is { } port)
            writer.WriteRegister(NatAttribute.NFTA_NAT_REG_PROTO_MIN, port);
        if (PortEnd is { } portEnd)
            writer.WriteRegister(NatAttribute.NFTA_NAT_REG_PROTO_MAX, portEnd);
        writer.WriteUInt32Unless0(NatAttribute.NFTA_NAT_FLAGS, (uint)Flags);
    }
}
