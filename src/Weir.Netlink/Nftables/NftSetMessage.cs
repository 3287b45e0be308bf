using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_attributes.</summary>
internal enum SetAttribute : ushort
{
    NFTA_SET_TABLE = 1,
    NFTA_SET_NAME = 2,
    NFTA_SET_FLAGS = 3,
    NFTA_SET_KEY_TYPE = 4,
    NFTA_SET_KEY_LEN = 5,
    NFTA_SET_DATA_TYPE = 6,
    NFTA_SET_DATA_LEN = 7,
    NFTA_SET_POLICY = 8,
    NFTA_SET_DESC = 9,
    NFTA_SET_ID = 10,
    NFTA_SET_TIMEOUT = 11,
    NFTA_SET_GC_INTERVAL = 12,
    NFTA_SET_USERDATA = 13,
    NFTA_SET_OBJ_TYPE = 15,
    NFTA_SET_HANDLE = 16,
    NFTA_SET_EXPR = 17,
    NFTA_SET_EXPRESSIONS = 18,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_desc_attributes.</summary>
internal enum SetDescriptionAttribute : ushort
{
    NFTA_SET_DESC_SIZE = 1,
    NFTA_SET_DESC_CONCAT = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_field_attributes.</summary>
internal enum SetFieldAttribute : ushort
{
    NFTA_SET_FIELD_LEN = 1,
}

/// <summary>How an NftSet looks on the wire: nfgenmsg, then NFTA_SET_ attributes.</summary>
internal static class NftSetMessage
{
    internal static void Write(ref NetlinkWriter writer, NftSet set, uint id)
    {
        WriteName(ref writer, set.Family, set.Table, set.Name);
        writer.WriteUInt32BigEndian(SetAttribute.NFTA_SET_FLAGS, (uint)set.Flags);
        writer.WriteUInt32BigEndian(SetAttribute.NFTA_SET_KEY_TYPE, set.KeyType);
        writer.WriteUInt32BigEndian(SetAttribute.NFTA_SET_KEY_LEN, set.KeyLength);
        if ((set.Flags & NftSetFlags.NFT_SET_MAP) != 0)
        {
            writer.WriteUInt32BigEndian(SetAttribute.NFTA_SET_DATA_TYPE, set.DataType);
            writer.WriteUInt32BigEndian(SetAttribute.NFTA_SET_DATA_LEN, set.DataLength);
        }

        if ((set.Flags & NftSetFlags.NFT_SET_OBJECT) != 0)
            writer.WriteUInt32BigEndian(SetAttribute.NFTA_SET_OBJ_TYPE, (uint)set.ObjectType);
        writer.WriteUInt32BigEndian(SetAttribute.NFTA_SET_ID, id);
        writer.WriteUInt32Unless0(SetAttribute.NFTA_SET_POLICY, (uint)set.Policy);
        if (set.Size != 0 || set.FieldLengths.Count != 0)
            WriteDescription(ref writer, set);
        if (set.Timeout is { } timeout)
            writer.WriteUInt64BigEndian(SetAttribute.NFTA_SET_TIMEOUT, NftTime.ToMilliseconds(timeout));
        if (set.GarbageCollection is { } interval)
            writer.WriteUInt32BigEndian(SetAttribute.NFTA_SET_GC_INTERVAL, (uint)NftTime.ToMilliseconds(interval));
        if (!set.UserData.IsEmpty)
            writer.WriteBytes(SetAttribute.NFTA_SET_USERDATA, set.UserData.Span);
        ExpressionMessage.WriteOneOrMore(ref writer, SetAttribute.NFTA_SET_EXPR, SetAttribute.NFTA_SET_EXPRESSIONS, set.Expressions);
    }

    /// <summary>Enough to find it; an empty table or name is every one.</summary>
    internal static void WriteName(ref NetlinkWriter writer, NftFamily family, string table, string name)
    {
        writer.WriteFixed(NftHeader.Of(family));
        if (table.Length != 0)
            writer.WriteString(SetAttribute.NFTA_SET_TABLE, table);
        if (name.Length != 0)
            writer.WriteString(SetAttribute.NFTA_SET_NAME, name);
    }

    internal static NftSet? Read(NetlinkMessage message, NameCache names)
    {
        var set = new NftSet { Family = message.Header<NftHeader>().Family, Table = "", Name = "" };
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            set = (SetAttribute)attribute.Type switch
            {
                SetAttribute.NFTA_SET_TABLE => set with { Table = names.Get(attribute.Value) },
                SetAttribute.NFTA_SET_NAME => set with { Name = attribute.Text },
                SetAttribute.NFTA_SET_FLAGS => set with { Flags = (NftSetFlags)attribute.UInt32BigEndian() },
                SetAttribute.NFTA_SET_KEY_TYPE => set with { KeyType = attribute.UInt32BigEndian() },
                SetAttribute.NFTA_SET_KEY_LEN => set with { KeyLength = attribute.UInt32BigEndian() },
                SetAttribute.NFTA_SET_DATA_TYPE => set with { DataType = attribute.UInt32BigEndian() },
                SetAttribute.NFTA_SET_DATA_LEN => set with { DataLength = attribute.UInt32BigEndian() },
                SetAttribute.NFTA_SET_POLICY => set with { Policy = (NftSetPolicy)attribute.UInt32BigEndian() },
                SetAttribute.NFTA_SET_DESC => ReadDescription(set, attribute.Nested),
                SetAttribute.NFTA_SET_ID => set with { Id = attribute.UInt32BigEndian() },
                SetAttribute.NFTA_SET_TIMEOUT => set with { Timeout = NftTime.FromMilliseconds(attribute.UInt64BigEndian()) },
                SetAttribute.NFTA_SET_GC_INTERVAL => set with { GarbageCollection = NftTime.FromMilliseconds(attribute.UInt32BigEndian()) },
                SetAttribute.NFTA_SET_USERDATA => set with { UserData = attribute.Bytes() },
                SetAttribute.NFTA_SET_OBJ_TYPE => set with { ObjectType = (NftObjectType)attribute.UInt32BigEndian() },
                SetAttribute.NFTA_SET_HANDLE => set with { Handle = attribute.UInt64BigEndian() },
                SetAttribute.NFTA_SET_EXPR => set with { Expressions = [ExpressionMessage.Read(attribute.Nested)] },
                SetAttribute.NFTA_SET_EXPRESSIONS => set with { Expressions = ExpressionMessage.ReadList(attribute.Nested) },
                _ => set,
            };
        }

        return set;
    }

    private static void WriteDescription(ref NetlinkWriter writer, NftSet set)
    {
        var description = writer.BeginNest(SetAttribute.NFTA_SET_DESC);
        writer.WriteUInt32Unless0(SetDescriptionAttribute.NFTA_SET_DESC_SIZE, set.Size);
        if (set.FieldLengths.Count != 0)
        {
            var fields = writer.BeginNest(SetDescriptionAttribute.NFTA_SET_DESC_CONCAT);
            for (var i = 0; i < set.FieldLengths.Count; i++)
            {
                var field = writer.BeginNest(ListAttribute.NFTA_LIST_ELEM);
                writer.WriteUInt32BigEndian(SetFieldAttribute.NFTA_SET_FIELD_LEN, set.FieldLengths[i]);
                writer.EndNested(field);
            }

            writer.EndNested(fields);
        }

        writer.EndNested(description);
    }

    private static NftSet ReadDescription(NftSet set, NetlinkAttributes attributes)
    {
        foreach (var attribute in attributes)
        {
            set = (SetDescriptionAttribute)attribute.Type switch
            {
                SetDescriptionAttribute.NFTA_SET_DESC_SIZE => set with { Size = attribute.UInt32BigEndian() },
                SetDescriptionAttribute.NFTA_SET_DESC_CONCAT => set with { FieldLengths = ReadFields(attribute.Nested) },
                _ => set,
            };
        }

        return set;
    }

    private static List<uint> ReadFields(NetlinkAttributes attributes)
    {
        var lengths = new List<uint>();
        foreach (var field in attributes)
            lengths.Add(new ExpressionData(field.Value).UInt32(SetFieldAttribute.NFTA_SET_FIELD_LEN));
        return lengths;
    }
}
