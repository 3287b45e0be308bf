using Weir.Netlink.Nftables;
using KernelFlowTable = Weir.Netlink.Nftables.NftFlowTable;
using TextFlowTable = Weir.Rules.Nft.NftFlowTable;

namespace Weir.Host.Nft.Writing;

/// <summary>A flow table's declaration.</summary>
internal static class NftFlowTableWriter
{
    /// <exception cref="NftRefused">It has a word that is none of nft's.</exception>
    internal static KernelFlowTable Write(NftFamily family, string table, TextFlowTable flowTable)
    {
        var priority = NftHookNames.Priority(NftFamily.Netdev, "ingress", flowTable.Priority ?? "") ?? throw new NftRefused($"'{flowTable.Priority}' is invalid in this context.");
        var flags = flowTable.HasCounter ? NftFlowTableFlags.NFT_FLOWTABLE_COUNTER : NftFlowTableFlags.None;
        foreach (var flag in flowTable.Flags)
            flags |= flag == "offload" ? NftFlowTableFlags.NFT_FLOWTABLE_HW_OFFLOAD : throw new NftRefused($"unknown flowtable flag {flag}");
        return new KernelFlowTable { Family = family, Table = table, Name = flowTable.Name, Priority = priority, Devices = [.. flowTable.Devices.Select(device => device.Text)], Flags = flags };
    }
}
