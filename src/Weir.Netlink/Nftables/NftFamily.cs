namespace Weir.Netlink.Nftables;

/// <summary>The families of tables, in nft's words. include/uapi/linux/netfilter.h: NFPROTO_.</summary>
public enum NftFamily : byte
{
    /// <summary>All families, when asking.</summary>
    Unspecified = 0,
    Inet = 1,
    Ip = 2,
    Arp = 3,
    Netdev = 5,
    Bridge = 7,
    Ip6 = 10,
}
