using Weir.Host.Nft.Json;
using Weir.Host.Nft.Writing;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Terms;

/// <summary><c>tcp dport map { 80 : 8080 }</c>: what a map gives for a key.</summary>
internal static class MapTerm
{
    /// <summary>The form of what a map gives, where nothing else says it.</summary>
    internal static IReadOnlyList<NftSpec> Data(NftTerm.Map map, NftRuleDraft rule) => map.Mappings is NftTerm.SetReference reference
        ? rule.Table.Set(reference.Name).Data
        : throw new NftRefused($"'{map}' gives values of an unknown type here");

    internal static void WriteJson(NftTerm.Map map, NftJsonWriter json) => json.Mapping("map", map.Key, map.Mappings);
}
