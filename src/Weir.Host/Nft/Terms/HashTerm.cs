using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>jhash ip saddr . tcp dport mod 7 seed 0x5</c>, <c>symhash mod 2</c>.</summary>
internal static class HashTerm
{
    internal static NftSpec Spec { get; } = NftSpec.Of(NftDataTypes.HostInteger, 32);

    internal static void Load(NftTerm.Hash hash, NftRegister register, NftRuleDraft rule)
    {
        if (hash.Key is null)
        {
            rule.Add(new HashExpression(HashType.NFT_HASH_SYM, hash.Modulus, hash.Offset, register));
            return;
        }

        // The key is loaded one register of 16 bytes further.
        var source = register == NftRegister.NFT_REG_1 ? NftRegister.NFT_REG_2 : NftRegister.NFT_REG_3;
        var key = rule.Terms.LoadAll(hash.Key, source);
        var length = key.Count > 1 ? key.Sum(field => field.PaddedBytes) : key[0].Bytes;
        rule.Add(new HashExpression(HashType.NFT_HASH_JENKINS, hash.Modulus, hash.Offset, register) { Source = source, Length = (uint)length, Seed = hash.Seed });
    }

    internal static NftNode Read(HashExpression hash, NftReadRule rule) => hash.Source is { } source && hash.Type == HashType.NFT_HASH_JENKINS
        ? new NftNode.Hashed(rule.Registers.Key(source, hash.Length), hash.Modulus, hash.Seed, hash.Offset)
        : new NftNode.Loaded(new NftTerm.Hash(null, hash.Modulus, null, hash.Offset), Spec);

    internal static NftTerm.Hash Read(NftNode.Hashed hashed, NftReadRule rule)
    {
        var keys = hashed.Key.Select(key => rule.Nodes.Complete(key).Term).ToList();
        return new NftTerm.Hash(keys.Count == 1 ? keys[0] : new NftTerm.Concatenation(keys), hashed.Modulus, hashed.Seed is 0 ? null : hashed.Seed, hashed.Offset);
    }

    internal static void WriteJson(NftTerm.Hash hash, NftJsonWriter json) => json.Named(hash.Key is null ? "symhash" : "jhash", () =>
    {
        json.Number("mod", hash.Modulus);
        if (hash.Offset != 0)
            json.Number("offset", hash.Offset);
        if (hash.Seed is { } seed)
            json.Number("seed", seed);
        json.Optional("expr", hash.Key);
    });
}
