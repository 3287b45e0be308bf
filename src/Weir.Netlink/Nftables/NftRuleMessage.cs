using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_rule_attributes.</summary>
internal enum RuleAttribute : ushort
{
    NFTA_RULE_TABLE = 1,
    NFTA_RULE_CHAIN = 2,
    NFTA_RULE_HANDLE = 3,
    NFTA_RULE_EXPRESSIONS = 4,
    NFTA_RULE_COMPAT = 5,
    NFTA_RULE_POSITION = 6,
    NFTA_RULE_USERDATA = 7,
    NFTA_RULE_ID = 9,
    NFTA_RULE_POSITION_ID = 10,
    NFTA_RULE_CHAIN_ID = 11,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_rule_compat_attributes.</summary>
internal enum RuleCompatAttribute : ushort
{
    NFTA_RULE_COMPAT_PROTO = 1,
    NFTA_RULE_COMPAT_FLAGS = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_rule_compat_flags.</summary>
[Flags]
internal enum RuleCompatFlags : uint
{
    None = 0,
    NFT_RULE_COMPAT_F_INV = 2,
}

/// <summary>How an NftRule looks on the wire: nfgenmsg, then NFTA_RULE_ attributes.</summary>
internal static class NftRuleMessage
{
    internal static void Write(ref NetlinkWriter writer, NftRule rule, ulong handle, NftRulePlace place)
    {
        writer.WriteFixed(NftHeader.Of(rule.Family));
        writer.WriteString(RuleAttribute.NFTA_RULE_TABLE, rule.Table);
        if (rule.ChainId != 0)
            writer.WriteUInt32BigEndian(RuleAttribute.NFTA_RULE_CHAIN_ID, rule.ChainId);
        else
            writer.WriteString(RuleAttribute.NFTA_RULE_CHAIN, rule.Chain);
        if (handle != 0)
            writer.WriteUInt64BigEndian(RuleAttribute.NFTA_RULE_HANDLE, handle);
        if (place.Handle != 0)
            writer.WriteUInt64BigEndian(RuleAttribute.NFTA_RULE_POSITION, place.Handle);
        if (!rule.UserData.IsEmpty)
            writer.WriteBytes(RuleAttribute.NFTA_RULE_USERDATA, rule.UserData.Span);
        ExpressionMessage.WriteList(ref writer, RuleAttribute.NFTA_RULE_EXPRESSIONS, rule.Expressions);
        if (rule.Compat is { } compat)
            WriteCompat(ref writer, compat);
        writer.WriteUInt32Unless0(RuleAttribute.NFTA_RULE_ID, rule.Id);
        writer.WriteUInt32Unless0(RuleAttribute.NFTA_RULE_POSITION_ID, place.Id);
    }

    /// <summary>A rule by its handle; all of a chain with handle 0, all of a table with an empty chain.</summary>
    internal static void WriteName(ref NetlinkWriter writer, NftFamily family, string table, string chain, ulong handle = 0)
    {
        writer.WriteFixed(NftHeader.Of(family));
        if (table.Length != 0)
            writer.WriteString(RuleAttribute.NFTA_RULE_TABLE, table);
        if (chain.Length != 0)
            writer.WriteString(RuleAttribute.NFTA_RULE_CHAIN, chain);
        if (handle != 0)
            writer.WriteUInt64BigEndian(RuleAttribute.NFTA_RULE_HANDLE, handle);
    }

    internal static NftRule? Read(NetlinkMessage message, NameCache names)
    {
        string table = "", chain = "";
        ulong handle = 0, previous = 0;
        uint id = 0;
        var userData = default(NftValue);
        IReadOnlyList<NftExpression> expressions = [];
        NftRuleCompat? compat = null;
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            switch ((RuleAttribute)attribute.Type)
            {
                case RuleAttribute.NFTA_RULE_TABLE:
                    table = names.Get(attribute.Value);
                    break;
                case RuleAttribute.NFTA_RULE_CHAIN:
                    chain = names.Get(attribute.Value);
                    break;
                case RuleAttribute.NFTA_RULE_HANDLE:
                    handle = attribute.UInt64BigEndian();
                    break;
                case RuleAttribute.NFTA_RULE_EXPRESSIONS:
                    expressions = ExpressionMessage.ReadList(attribute.Nested);
                    break;
                case RuleAttribute.NFTA_RULE_COMPAT:
                    compat = ReadCompat(new ExpressionData(attribute.Value));
                    break;
                case RuleAttribute.NFTA_RULE_POSITION:
                    previous = attribute.UInt64BigEndian();
                    break;
                case RuleAttribute.NFTA_RULE_USERDATA:
                    userData = attribute.Bytes();
                    break;
                case RuleAttribute.NFTA_RULE_ID:
                    id = attribute.UInt32BigEndian();
                    break;
            }
        }

        return new NftRule
        {
            Family = message.Header<NftHeader>().Family,
            Table = table,
            Chain = chain,
            Handle = handle,
            Previous = previous,
            Expressions = expressions,
            Compat = compat,
            UserData = userData,
            Id = id,
        };
    }

    private static void WriteCompat(ref NetlinkWriter writer, NftRuleCompat compat)
    {
        var nest = writer.BeginNest(RuleAttribute.NFTA_RULE_COMPAT);
        writer.WriteUInt32BigEndian(RuleCompatAttribute.NFTA_RULE_COMPAT_PROTO, compat.Protocol);
        writer.WriteUInt32BigEndian(RuleCompatAttribute.NFTA_RULE_COMPAT_FLAGS, (uint)(compat.Inverted ? RuleCompatFlags.NFT_RULE_COMPAT_F_INV : RuleCompatFlags.None));
        writer.EndNested(nest);
    }

    private static NftRuleCompat ReadCompat(ExpressionData data) => new(
        (byte)data.UInt32(RuleCompatAttribute.NFTA_RULE_COMPAT_PROTO),
        ((RuleCompatFlags)data.UInt32(RuleCompatAttribute.NFTA_RULE_COMPAT_FLAGS) & RuleCompatFlags.NFT_RULE_COMPAT_F_INV) != 0);
}
