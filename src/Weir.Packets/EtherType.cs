namespace Weir.Packets;

/// <summary>include/uapi/linux/if_ether.h, as host-order numbers.</summary>
public static class EtherType
{
    public const ushort ETH_P_IP = 0x0800;
    public const ushort ETH_P_ARP = 0x0806;
    public const ushort ETH_P_IPV6 = 0x86DD;

    /// <summary>An IEEE 802.1Q tag follows.</summary>
    public const ushort ETH_P_8021Q = 0x8100;

    /// <summary>An IEEE 802.1ad service tag follows.</summary>
    public const ushort ETH_P_8021AD = 0x88A8;
}
