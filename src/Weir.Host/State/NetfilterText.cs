using Weir.Linux;
using Weir.Netlink.Nftables;

namespace Weir.Host.State;

/// <summary>nf_tables (those of iptables and of nft) as lines to compare, and the names of the tables of legacy xtables, which are not among them.</summary>
internal static class NetfilterText
{
    public static IReadOnlyList<string> Read(NetworkNamespace ns)
    {
        using NftSocket socket = NftSocket.Open(ns);
        return
        [
            .. NftRulesetText.Lines(socket.Read(elementsOf: NftRulesetText.HasStableElements)),
            .. LegacyXtables.List(ns).Select(table => $"legacy xtables {table.Family.Word()} {table.Table}"),
        ];
    }
}
