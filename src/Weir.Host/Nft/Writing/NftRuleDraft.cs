using Weir.Host.Nft.Statements;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Writing;

/// <summary>A rule on its way to the kernel: its expressions so far and the sets that it brings with it, and those who add to them.</summary>
internal sealed class NftRuleDraft
{
    private readonly List<NftExpression> _expressions = [];
    private readonly List<NftAnonymousSet> _sets = [];

    internal NftRuleDraft(NftRuleTable table, NftNames names)
    {
        Table = table;
        Elements = new NftElementWriter(names, StatefulStatements.Write);
        Headers = new NftKnownHeaders(table.Family);
        Requirements = new NftRequirements(this);
        Terms = new NftTermLoader(this);
        Lookups = new NftLookupWriter(this);
    }

    internal NftRuleTable Table { get; }

    internal NftFamily Family => Table.Family;

    internal NftElementWriter Elements { get; }

    internal NftKnownHeaders Headers { get; }

    internal NftRequirements Requirements { get; }

    internal NftTermLoader Terms { get; }

    internal NftLookupWriter Lookups { get; }

    internal IReadOnlyList<NftExpression> Expressions => _expressions;

    internal IReadOnlyList<NftAnonymousSet> Sets => _sets;

    internal void Add(NftExpression expression) => _expressions.Add(expression);

    internal void ReplaceLast(NftExpression expression) => _expressions[^1] = expression;

    /// <summary>What is added meanwhile stands before all that is there.</summary>
    internal void AddFirst(Action add)
    {
        var count = _expressions.Count;
        add();
        var added = _expressions.GetRange(count, _expressions.Count - count);
        _expressions.RemoveRange(count, added.Count);
        _expressions.InsertRange(0, added);
    }

    /// <summary>Matches one value of what is loaded.</summary>
    internal void Expect(NftExpression load, NftValue value)
    {
        Add(load);
        Add(new CmpExpression(CmpOperation.NFT_CMP_EQ, value));
    }

    internal void Mask(NftSpec spec, UInt128 mask, UInt128 xor = default, NftRegister register = NftRegister.NFT_REG_1) =>
        Add(new BitwiseExpression((uint)spec.Bytes, spec.Encode(mask), spec.Encode(xor), register, register));

    internal void Shift(NftSpec spec, BitwiseOperation operation, uint count, NftRegister register) =>
        Add(new BitwiseExpression((uint)spec.Bytes, default, default, register, register) { Operation = operation, Data = NftValue.HostUInt32(count) });

    /// <summary>What is compared by size lies in network order.</summary>
    internal NftSpec ToNetworkOrder(NftSpec spec, NftRegister register = NftRegister.NFT_REG_1)
    {
        if (!spec.IsHostOrder)
            return spec;
        Add(new ByteorderExpression(ByteorderOperation.NFT_BYTEORDER_HTON, (uint)spec.Bytes, (uint)spec.Bytes, register, register));
        return spec.InNetworkOrder;
    }

    /// <summary>Adds a set without a name; gives its number in the batch.</summary>
    internal uint AddSet(NftSetSpec spec, IReadOnlyList<NftElement> elements)
    {
        var id = Table.NextId();
        var givesData = spec.IsMap && spec.Objects == NftObjectType.NFT_OBJECT_UNSPEC;
        var isRanges = spec is { IsInterval: true, IsConcatenation: true };
        var flags = NftSetFlags.NFT_SET_ANONYMOUS | NftSetFlags.NFT_SET_CONSTANT
            | (spec.IsInterval ? NftSetFlags.NFT_SET_INTERVAL : 0)
            | (isRanges ? NftSetFlags.NFT_SET_CONCAT : 0)
            | (givesData ? NftSetFlags.NFT_SET_MAP : spec.IsMap ? NftSetFlags.NFT_SET_OBJECT : 0);
        var set = new NftSet
        {
            Family = Family,
            Table = Table.Name,
            Name = spec.AnonymousName,
            Flags = flags,
            KeyType = spec.KeyType,
            KeyLength = spec.KeyLength,
            DataType = givesData ? spec.DataType : 0,
            DataLength = givesData && !spec.IsVerdictMap ? spec.DataLength : 0,
            ObjectType = spec.Objects,
            Size = (uint)elements.Count,
            FieldLengths = isRanges ? [.. spec.Key.Select(field => (uint)field.Bytes)] : [],
            UserData = NftSetUserData.ByteOrders(spec),
            Id = id,
        };
        _sets.Add(new NftAnonymousSet(set, elements));
        return id;
    }
}
