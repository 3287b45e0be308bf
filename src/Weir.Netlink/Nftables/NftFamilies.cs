namespace Weir.Netlink.Nftables;

/// <summary>nft's words for the families.</summary>
public static class NftFamilies
{
    /// <summary><c>ip6</c>; a family without a name is its number.</summary>
    public static string Word(this NftFamily family) => family switch
    {
        NftFamily.Inet => "inet",
        NftFamily.Ip => "ip",
        NftFamily.Arp => "arp",
        NftFamily.Netdev => "netdev",
        NftFamily.Bridge => "bridge",
        NftFamily.Ip6 => "ip6",
        _ => $"{(byte)family}",
    };
}
