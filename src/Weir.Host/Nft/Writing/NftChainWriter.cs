using Weir.Netlink.Nftables;
using KernelChain = Weir.Netlink.Nftables.NftChain;
using TextChain = Weir.Rules.Nft.NftChain;

namespace Weir.Host.Nft.Writing;

/// <summary>A chain's declaration, without its rules.</summary>
internal static class NftChainWriter
{
    /// <exception cref="NftRefused">It has a word that is none of nft's.</exception>
    internal static KernelChain Write(NftFamily family, string table, TextChain chain) => new()
    {
        Family = family,
        Table = table,
        Name = chain.Name,
        Type = chain.Type ?? "",
        Hook = Hook(family, chain),
        Flags = chain.Flags.Aggregate(NftChainFlags.None, (sum, flag) => flag == "offload" ? sum | NftChainFlags.NFT_CHAIN_HW_OFFLOAD : throw new NftRefused($"unknown chain flag {flag}")),
        Policy = chain.Policy switch
        {
            null => null,
            "accept" => NftPolicy.Accept,
            "drop" => NftPolicy.Drop,
            _ => throw new NftRefused($"unknown policy {chain.Policy}"),
        },
        UserData = NftComments.Write(chain.Comment),
    };

    /// <summary>Null for a chain that only rules jump to.</summary>
    private static NftHook? Hook(NftFamily family, TextChain chain)
    {
        if (chain.Type is null)
            return chain.Policy is null ? null : throw new NftRefused("you can't set a policy for a chain without a hook");
        var number = NftHookNames.Hook(family, chain.Hook ?? "") ?? throw new NftRefused($"unknown chain hook {chain.Hook}");
        var priority = NftHookNames.Priority(family, chain.Hook, chain.Priority ?? "") ?? throw new NftRefused($"'{chain.Priority}' is invalid in this context.");
        return chain.Type is "filter" or "nat" or "route" ? new NftHook(number, priority) { Devices = chain.Devices } : throw new NftRefused($"unknown chain type {chain.Type}");
    }
}
