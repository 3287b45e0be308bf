using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>meta mark</c>, <c>iifname</c>: what the kernel knows of a packet.</summary>
internal static class MetaTerm
{
    internal static NftSpec Spec(NftTerm.Meta meta) => Spec(Key(meta));

    internal static MetaExpression Load(NftTerm.Meta meta, NftRegister register) => new((MetaKey)Key(meta).Number, register);

    internal static NftNode.Loaded Read(MetaExpression meta)
    {
        var key = Key(meta.Key);
        return new NftNode.Loaded(new NftTerm.Meta(key.Name), Spec(key));
    }

    internal static void Set(NftTerm.Meta meta, NftTerm value, NftRuleDraft rule)
    {
        if (meta.Key is not ("mark" or "priority" or "pkttype" or "nftrace" or "broute"))
            throw new NftRefused($"'{meta}' can't be set");
        rule.Terms.Put(value, [Spec(meta)], NftRegister.NFT_REG_1);
        rule.Add(new MetaSetExpression((MetaKey)Key(meta).Number));
    }

    internal static NftStatement.Assign Read(MetaSetExpression meta, NftReadRule rule)
    {
        var key = Key(meta.Key);
        return new NftStatement.Assign(new NftTerm.Meta(key.Name), rule.Given(meta.Source, Spec(key)));
    }

    internal static void WriteJson(NftTerm.Meta meta, NftJsonWriter json) => json.Named("meta", () => json.String("key", meta.Key));

    private static NftKey Key(NftTerm.Meta meta) => NftKeys.Find(NftKeys.Meta, meta.Key)!;

    private static NftKey Key(MetaKey key) => NftKeys.Find(NftKeys.Meta, (uint)key) ?? throw new NftRefused($"meta key {(uint)key} is not understood");

    private static NftSpec Spec(NftKey key) => NftSpec.Of(key.Type, key.Bits);
}
