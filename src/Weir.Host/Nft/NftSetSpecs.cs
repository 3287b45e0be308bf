using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;
using KernelSet = Weir.Netlink.Nftables.NftSet;
using TextSet = Weir.Rules.Nft.NftSet;

namespace Weir.Host.Nft;

/// <summary>What a set's keys and data are: from its declaration, and from what the kernel keeps.</summary>
internal static class NftSetSpecs
{
    internal static NftSetSpec Of(TextSet set)
    {
        var key = set.TypeOf is { } of ? [.. NftElementWriter.Parts(of).Select(Spec)] : set.KeyTypes.Select(Named).ToList();
        if (key.Count == 0)
            throw new NftRefused($"set {set.Name} has no type");
        var spec = new NftSetSpec(key) { IsInterval = set.Flags.Contains("interval"), IsMap = set.IsMap };
        if (!set.IsMap)
            return spec;
        if (set.DataTypeOf is { } dataOf)
            return spec with { Data = [.. NftElementWriter.Parts(dataOf).Select(Spec)], DataIsInterval = set.DataIsInterval };
        if (set.DataTypes is ["verdict"])
            return spec with { IsVerdictMap = true };
        if (set.DataTypes is [var only] && NftObjects.Type(only) is { } objects)
            return spec with { Objects = objects };
        if (set.DataTypes.Count == 0)
            throw new NftRefused($"map {set.Name} does not say what it gives");
        return spec with { Data = [.. set.DataTypes.Select(Named)], DataIsInterval = set.DataIsInterval };
    }

    internal static NftSetSpec Of(KernelSet set)
    {
        var spec = new NftSetSpec(Fields(NftSetUserData.TypeOf(set.UserData), set.KeyType, set.KeyLength, set.FieldLengths, NftSetUserData.KeyIsHostOrder(set.UserData)))
        {
            IsInterval = (set.Flags & NftSetFlags.NFT_SET_INTERVAL) != 0,
            IsMap = (set.Flags & (NftSetFlags.NFT_SET_MAP | NftSetFlags.NFT_SET_OBJECT)) != 0,
            IsVerdictMap = (set.Flags & NftSetFlags.NFT_SET_MAP) != 0 && set.DataType == KernelSet.VerdictDataType,
            Objects = (set.Flags & NftSetFlags.NFT_SET_OBJECT) != 0 ? set.ObjectType : NftObjectType.NFT_OBJECT_UNSPEC,
            DataIsInterval = NftSetUserData.DataIsInterval(set.UserData),
        };
        return spec.IsMap && !spec.IsVerdictMap && spec.Objects == NftObjectType.NFT_OBJECT_UNSPEC
            ? spec with { Data = Fields(NftSetUserData.DataTypeOfTerm(set.UserData), set.DataType, set.DataLength / (spec.DataIsInterval ? 2u : 1), [], NftSetUserData.DataIsHostOrder(set.UserData)) }
            : spec;
    }

    /// <summary>The form of a selector's values in a set.</summary>
    private static NftSpec Spec(NftTerm term)
    {
        var type = NftTypeOf.Find(term) ?? throw new NftRefused($"typeof {term} is not covered");
        var bits = term switch
        {
            NftTerm.Payload payload => NftHeaders.Find(payload.Protocol)!.Field(payload.Field)!.Bits,
            NftTerm.RawPayload raw => raw.Length,
            NftTerm.Meta meta => NftKeys.Find(NftKeys.Meta, meta.Key)!.Bits,
            NftTerm.Ct ct => NftKeys.Find(NftKeys.Ct, ct.Key)!.Bits,
            NftTerm.Socket socket => NftKeys.Find(NftKeys.Socket, socket.Key)!.Bits,
            NftTerm.Route route => NftKeys.Find(NftKeys.Route, route.Key)!.Bits,
            _ => 32,
        };
        return NftSpec.Of(type, bits);
    }

    private static NftSpec Named(string name)
    {
        var type = NftDataTypes.Find(name) ?? throw new NftRefused($"unknown datatype {name}");
        return type.Bits != 0 ? NftSpec.Of(type) : throw new NftRefused($"unqualified type {name} specified in set definition. Try \"typeof expression\" instead of \"type datatype\".");
    }

    private static List<NftSpec> Fields(NftTerm? typeOf, uint type, uint length, IReadOnlyList<uint> lengths, bool? isHostOrder)
    {
        if (typeOf is not null)
        {
            try
            {
                return [.. NftElementWriter.Parts(typeOf).Select(Spec)];
            }
            catch (NftRefused)
            {
                // What another version of nft wrote there; the numbers below say enough.
            }
        }

        var numbers = new List<uint>();
        for (var rest = type; rest != 0; rest >>= 6)
            numbers.Insert(0, rest & 0x3f);
        if (numbers.Count <= 1)
        {
            var known = NftDataTypes.Find(type);
            var spec = NftSpec.Of(known ?? NftDataTypes.RawInteger, (int)Math.Min(length, 16) * 8);
            return [isHostOrder is { } host && spec.Type.Bits == 0 ? spec with { IsHostOrder = host } : spec];
        }

        var fields = new List<NftSpec>();
        for (var i = 0; i < numbers.Count; i++)
        {
            var field = NftDataTypes.Find(numbers[i]) ?? NftDataTypes.RawInteger;
            fields.Add(NftSpec.Of(field, field.Bits != 0 ? 0 : i < lengths.Count ? (int)Math.Min(lengths[i], 16) * 8 : 32));
        }

        return fields;
    }
}
