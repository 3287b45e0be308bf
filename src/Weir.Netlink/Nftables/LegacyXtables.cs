using Weir.Linux;

namespace Weir.Netlink.Nftables;

/// <summary>Tables of the old xtables, which are not nf_tables: the <c>iptables-legacy</c> programs see them, <c>nft</c> and <c>iptables</c> do not, and packets pass both.</summary>
public static class LegacyXtables
{
    private static readonly (NftFamily Family, string File)[] Lists =
    [
        (NftFamily.Ip, "/proc/thread-self/net/ip_tables_names"),
        (NftFamily.Ip6, "/proc/thread-self/net/ip6_tables_names"),
        (NftFamily.Arp, "/proc/thread-self/net/arp_tables_names"),
    ];

    /// <summary>The tables that exist in a namespace, sorted; usually none. A table exists from the first look of a legacy program at it, with or without rules.</summary>
    public static IReadOnlyList<(NftFamily Family, string Table)> List(NetworkNamespace ns) => ns.Run(() =>
    {
        var tables = new List<(NftFamily, string)>();
        foreach (var (family, file) in Lists)
        {
            // No such file: the kernel has no legacy tables of that family at all.
            if (File.Exists(file))
                tables.AddRange(File.ReadAllLines(file).Order(StringComparer.Ordinal).Select(table => (family, table)));
        }

        return tables;
    });
}
