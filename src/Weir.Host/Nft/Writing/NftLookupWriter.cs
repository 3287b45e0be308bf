using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using KernelElement = Weir.Netlink.Nftables.NftElement;

namespace Weir.Host.Nft.Writing;

/// <summary>Looks keys up in sets and maps, those of the table and those that stand in the rule.</summary>
internal sealed class NftLookupWriter(NftRuleDraft rule)
{
    internal void Write(NftTerm key, NftLookup lookup)
    {
        if (key is NftTerm.Map or NftTerm.Operation or NftTerm.Concatenation)
            rule.Requirements.Require(key);
        var isInterval = lookup.Mappings switch
        {
            NftTerm.SetReference reference => rule.Table.Set(reference.Name).IsInterval,
            NftTerm.Set set => NftElementWriter.NeedsInterval(set.Elements, [.. NftElementWriter.Parts(key).Select(rule.Terms.Spec)]),
            _ => throw new NftRefused($"'{lookup.Mappings}' is no set"),
        };
        if (key is NftTerm.Concatenation)
        {
            WriteLoaded(rule.Terms.LoadAll(key, NftRegister.NFT_REG_1, inNetworkOrder: isInterval), lookup, shift: 0, isConverted: true);
            return;
        }

        var (spec, shift) = rule.Terms.Load(key, NftRegister.NFT_REG_1, leavesShift: lookup.Mappings is NftTerm.Set);
        WriteLoaded([spec], lookup, shift);
    }

    /// <param name="key">What lies in the registers.</param>
    /// <param name="shift">By how many bits it lies too high.</param>
    /// <param name="isConverted">What is compared by size is in network order already.</param>
    internal void WriteLoaded(IReadOnlyList<NftSpec> key, NftLookup lookup, int shift, bool isConverted = false)
    {
        if (lookup.Mappings is NftTerm.SetReference reference)
            Named(key, lookup, reference.Name, shift, isConverted);
        else
            Anonymous(key, lookup, lookup.Mappings as NftTerm.Set ?? throw new NftRefused($"'{lookup.Mappings}' is no set"), shift, isConverted);
    }

    private static LookupFlags Flags(NftLookup lookup) => lookup.IsNot ? LookupFlags.NFT_LOOKUP_F_INV : LookupFlags.None;

    private static string TypeNames(IReadOnlyList<NftSpec> key) => string.Join(" . ", key.Select(field => field.Type.Name));

    private void Named(IReadOnlyList<NftSpec> key, NftLookup lookup, string name, int shift, bool isConverted)
    {
        var named = rule.Table.Set(name);
        if (shift != 0)
            rule.Shift(key[0], BitwiseOperation.NFT_BITWISE_RSHIFT, (uint)shift, NftRegister.NFT_REG_1);
        if (named.Key.Count != key.Count)
            throw new NftRefused($"set @{name} has {named.Key.Count} fields, the rule looks up {key.Count}");
        if (named.Key.Zip(key).Any(pair => pair.First.Type.Number != pair.Second.Type.Number))
            throw new NftRefused($"datatype mismatch, expected {TypeNames(named.Key)}, expression has type {TypeNames(key)}");
        if (named.IsInterval && !isConverted)
            rule.ToNetworkOrder(key[0]);
        rule.Add(new LookupExpression(name) { Destination = lookup.Destination, Flags = Flags(lookup) });
    }

    private void Anonymous(IReadOnlyList<NftSpec> key, NftLookup lookup, NftTerm.Set set, int shift, bool isConverted)
    {
        if (set.Elements.Count == 0)
            throw new NftRefused("a set without elements");
        var spec = lookup.Data with { Key = key, IsInterval = NftElementWriter.NeedsInterval(set.Elements, key) };
        if (spec.IsMap && !spec.IsVerdictMap && NftElementWriter.GivesIntervals(set.Elements))
            spec = spec with { DataIsInterval = true };
        if (spec.IsInterval && !isConverted)
            rule.ToNetworkOrder(key[0]);
        var elements = shift == 0 ? rule.Elements.Write(spec, set.Elements, merges: !spec.IsMap, addsFirst: true, isAnonymous: true) : Shifted(spec, set, shift);
        var id = rule.AddSet(spec, elements);
        rule.Add(new LookupExpression(spec.AnonymousName) { SetId = id, Destination = lookup.Destination, Flags = Flags(lookup) });
    }

    /// <summary>Keys as high as the field lies in the register.</summary>
    private List<KernelElement> Shifted(NftSetSpec spec, NftTerm.Set set, int shift)
    {
        if (spec.IsInterval)
            throw new NftRefused("ranges of a field that lies across bytes are not covered");
        var field = spec.Key[0];
        var values = rule.Elements.Write(spec with { Key = [field] }, set.Elements, merges: false, addsFirst: false);
        return [.. values.Select(element => element with { Key = field.Encode(field.Decode(element.Key.Span) << shift) })];
    }
}
