using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>counter name "x"</c>, <c>ct helper set ip saddr map @helpers</c>: an object by its name, or by a map's.</summary>
internal static class ObjectStatement
{
    internal static void Write(NftStatement.Object named, NftRuleDraft rule)
    {
        var type = NftObjects.Type(named.Kind) ?? throw new NftRefused($"'{named.Kind}' is no object");
        if (named.Name is NftTerm.Word word)
        {
            rule.Add(new ObjrefExpression(type, word.Text));
            return;
        }

        var map = named.Name as NftTerm.Map ?? throw new NftRefused($"'{named.Name}' is no object's name");
        rule.Lookups.Write(map.Key, new NftLookup(map.Mappings) { Data = new NftSetSpec([]) { IsMap = true, Objects = type } });

        // The object itself is looked up: what stands for a value's look-up becomes the reference.
        var lookup = (LookupExpression)rule.Expressions[^1];
        rule.ReplaceLast(new ObjrefExpression(NftObjectType.NFT_OBJECT_UNSPEC, "") { Set = lookup.Set, SetId = lookup.SetId, Source = lookup.Source });
    }

    internal static NftStatement.Object Read(ObjrefExpression objref, NftReadRule rule)
    {
        if (objref.Set.Length == 0)
            return new NftStatement.Object(Kind(objref.Type), new NftTerm.Word(objref.Object, IsQuoted: true));
        var set = rule.Set(objref.Set);
        return new NftStatement.Object(Kind(set.Set.ObjectType), rule.Lookups.Map(new NftNode.Mapped(rule.Registers.Key(objref.Source, set.Set.KeyLength), set), set.Spec));
    }

    internal static void WriteJson(NftStatement.Object named, NftJsonWriter json) => json.One(named.Kind, () => json.Term(named.Name));

    private static string Kind(NftObjectType type) => NftObjects.Kind(type) switch
    {
        "secmark" => "meta secmark",
        { } kind => kind,
        _ => throw new NftRefused($"object type {(uint)type} is not understood"),
    };
}
