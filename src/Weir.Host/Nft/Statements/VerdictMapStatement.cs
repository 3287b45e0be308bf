using Weir.Host.Nft.Json;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>ct state vmap { established : accept }</c>. <see cref="Reading.NftLookupReader"/> reads it back.</summary>
internal static class VerdictMapStatement
{
    internal static void Write(NftStatement.VerdictMap map, NftRuleDraft rule) =>
        rule.Lookups.Write(map.Key, new NftLookup(map.Mappings) { Destination = NftRegister.NFT_REG_VERDICT, Data = new NftSetSpec([]) { IsMap = true, IsVerdictMap = true } });

    internal static void WriteJson(NftStatement.VerdictMap map, NftJsonWriter json) => json.Mapping("vmap", map.Key, map.Mappings);
}
