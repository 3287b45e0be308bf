using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>ct state</c>, <c>ct original ip saddr</c>: what the kernel knows of a packet's connection.</summary>
internal static class CtTerm
{
    internal static NftSpec Spec(NftTerm.Ct ct) => Spec(Key(ct));

    internal static CtExpression Load(NftTerm.Ct ct, NftRegister register)
    {
        if (ct.Direction is null && ct.Key is "ip saddr" or "ip daddr" or "ip6 saddr" or "ip6 daddr")
            throw new NftRefused($"'{ct}' needs original or reply");
        return new CtExpression((CtKey)Key(ct).Number, register) { Direction = Direction(ct.Direction) };
    }

    internal static NftNode.Loaded Read(CtExpression ct)
    {
        var key = Key(ct.Key);
        return new NftNode.Loaded(new NftTerm.Ct(key.Name, Word(ct.Direction)), Spec(key));
    }

    internal static void Set(NftTerm.Ct ct, NftTerm value, NftRuleDraft rule)
    {
        if (ct.Key is not ("mark" or "zone" or "event"))
            throw new NftRefused($"'{ct}' can't be set");
        rule.Terms.Put(value, [Spec(ct)], NftRegister.NFT_REG_1);
        rule.Add(new CtSetExpression((CtKey)Key(ct).Number) { Direction = Direction(ct.Direction) });
    }

    internal static NftStatement.Assign Read(CtSetExpression ct, NftReadRule rule)
    {
        var key = Key(ct.Key);
        return new NftStatement.Assign(new NftTerm.Ct(key.Name, Word(ct.Direction)), rule.Given(ct.Source, Spec(key), isList: true));
    }

    internal static void WriteJson(NftTerm.Ct ct, NftJsonWriter json) => json.Named("ct", () =>
    {
        json.String("key", ct.Key);
        if (ct.Direction is not null)
            json.String("dir", ct.Direction);
    });

    private static NftKey Key(NftTerm.Ct ct) => NftKeys.Find(NftKeys.Ct, ct.Key)!;

    private static NftKey Key(CtKey key) => NftKeys.Find(NftKeys.Ct, (uint)key) ?? throw new NftRefused($"ct key {(uint)key} is not understood");

    private static NftSpec Spec(NftKey key) => NftSpec.Of(key.Type, key.Bits);

    private static CtDirection? Direction(string? word) => word switch
    {
        "original" => CtDirection.IP_CT_DIR_ORIGINAL,
        "reply" => CtDirection.IP_CT_DIR_REPLY,
        _ => null,
    };

    private static string? Word(CtDirection? direction) => direction switch
    {
        CtDirection.IP_CT_DIR_ORIGINAL => "original",
        CtDirection.IP_CT_DIR_REPLY => "reply",
        _ => null,
    };
}
