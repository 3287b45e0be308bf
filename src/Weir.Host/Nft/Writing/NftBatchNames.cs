using Weir.Netlink.Nftables;

namespace Weir.Host.Nft.Writing;

/// <summary>What the entries of a batch may refer to: the sets and the rules' places that are there when it comes to them.</summary>
internal sealed class NftBatchNames
{
    private readonly Dictionary<(NftFamily Family, string Table, string Name), NftNamedSet> _sets = [];
    private readonly Dictionary<(NftFamily Family, string Table, string Chain), List<NftRulePlace>> _places = [];

    internal NftBatchNames(NftRuleset before)
    {
        for (var i = 0; i < before.Sets.Count; i++)
        {
            var set = before.Sets[i];
            if ((set.Flags & NftSetFlags.NFT_SET_ANONYMOUS) == 0)
                Declare(set.Family, set.Table, set.Name, new NftNamedSet(NftSetSpecs.Of(set)) { HasElements = i < before.Elements.Count && before.Elements[i].Count > 0, Merges = NftSetUserData.Merges(set.UserData) });
        }

        foreach (var rule in before.Rules)
            Places(rule.Family, rule.Table, rule.Chain).Add(NftRulePlace.OfHandle(rule.Handle));
    }

    internal void Declare(NftFamily family, string table, string name, NftNamedSet set) => _sets[(family, table, name)] = set;

    internal NftNamedSet? FindSet(NftFamily family, string table, string name) => _sets.GetValueOrDefault((family, table, name));

    /// <exception cref="NftRefused">There is none of this name.</exception>
    internal NftNamedSet Set(NftFamily family, string table, string name) => FindSet(family, table, name) ?? throw new NftRefused($"there is no set {name} in table {family.Word()} {table}");

    /// <summary>The rules of a chain, in their order.</summary>
    internal List<NftRulePlace> Places(NftFamily family, string table, string chain)
    {
        if (!_places.TryGetValue((family, table, chain), out var places))
            _places[(family, table, chain)] = places = [];
        return places;
    }

    /// <summary>All rules of a table are gone.</summary>
    internal void ForgetRules(NftFamily family, string table)
    {
        foreach (var places in _places.Where(pair => pair.Key.Family == family && pair.Key.Table == table))
            places.Value.Clear();
    }

    internal void ForgetChain(NftFamily family, string table, string chain) => _places.Remove((family, table, chain));

    internal void ForgetSet(NftFamily family, string table, string name) => _sets.Remove((family, table, name));

    /// <summary>Tables are gone with all that was in them.</summary>
    internal void Forget(Func<(NftFamily Family, string Table), bool> isGone)
    {
        foreach (var key in _sets.Keys.Where(key => isGone((key.Family, key.Table))).ToList())
            _sets.Remove(key);
        foreach (var key in _places.Keys.Where(key => isGone((key.Family, key.Table))).ToList())
            _places.Remove(key);
    }
}
