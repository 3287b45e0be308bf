using Weir.Host.Nft.Terms;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Reading;

/// <summary>Keys that are looked up in sets and maps.</summary>
internal sealed class NftLookupReader(NftReadRule rule)
{
    internal void Read(LookupExpression lookup)
    {
        var set = rule.Set(lookup.Set);
        var nodes = rule.Registers.Key(lookup.Source, set.Set.KeyLength);
        if (lookup.Destination is { } destination && destination != NftRegister.NFT_REG_VERDICT)
        {
            rule.Registers.Set(destination, new NftNode.Mapped(nodes, set));
            return;
        }

        var (key, specs, shift) = Key(nodes, set);
        var mappings = Mappings(set, set.Spec with { Key = specs }, shift);
        if (lookup.Destination is not null)
            rule.AddMatch(new NftStatement.VerdictMap(key, mappings));
        else
            rule.AddMatch(new NftStatement.Match(key, (lookup.Flags & LookupFlags.NFT_LOOKUP_F_INV) != 0 ? "!=" : key is NftTerm.Operation ? "==" : "", mappings));
    }

    /// <summary>What a map gives.</summary>
    internal NftTerm.Map Map(NftNode.Mapped mapped, NftSetSpec spec)
    {
        var (key, specs, _) = Key(mapped.Key, mapped.Map);
        return new NftTerm.Map(key, Mappings(mapped.Map, spec with { Key = specs }));
    }

    /// <summary>The key in words, the form of its fields, and by how many bits it lies too high.</summary>
    internal (NftTerm Term, IReadOnlyList<NftSpec> Specs, int Shift) Key(IReadOnlyList<NftNode> nodes, NftReadSet set)
    {
        if (nodes is [NftNode.Masked { Inner: NftNode.Packet packet } masked] && rule.Context.FieldUnder(packet, masked.Mask) is { } cut)
            return (PayloadTerm.Read((cut.Header, cut.Field), rule).Term, [NftSpec.Of(cut.Field.Type, packet.Bits)], cut.Shift);

        if (nodes is [NftNode.Packet single] && set.IsAnonymous && set.Elements.Count > 0 && set.Elements[0].Key.Length == 1)
            rule.Context.LearnMessage(single.Base, single.Offset, single.Bits, set.Elements[0].Key.Span[0]);
        var parts = nodes.Select(rule.Nodes.Complete).ToList();
        var specs = parts.Select((part, i) => nodes[i] is NftNode.Swapped { Inner: NftNode.Loaded loaded } ? loaded.Spec : part.Spec).ToList();
        return (parts.Count == 1 ? parts[0].Term : new NftTerm.Concatenation([.. parts.Select(part => part.Term)]), specs, 0);
    }

    private NftTerm Mappings(NftReadSet set, NftSetSpec spec, int shift = 0)
    {
        if (!set.IsAnonymous)
            return new NftTerm.SetReference(set.Set.Name);
        if (shift == 0)
            return new NftTerm.Set(rule.Elements.Read(spec, set.Elements));
        var field = spec.Key[0];
        return new NftTerm.Set(rule.Elements.Read(spec, [.. set.Elements.Select(element => element with { Key = field.Encode(field.Decode(element.Key.Span) >> shift) })]));
    }
}
