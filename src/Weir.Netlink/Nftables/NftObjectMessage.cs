using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_object_attributes.</summary>
internal enum ObjectAttribute : ushort
{
    NFTA_OBJ_TABLE = 1,
    NFTA_OBJ_NAME = 2,
    NFTA_OBJ_TYPE = 3,
    NFTA_OBJ_DATA = 4,
    NFTA_OBJ_USE = 5,
    NFTA_OBJ_HANDLE = 6,
    NFTA_OBJ_USERDATA = 8,
}

/// <summary>How an NftObject looks on the wire: nfgenmsg, then NFTA_OBJ_ attributes.</summary>
internal static class NftObjectMessage
{
    internal static void Write(ref NetlinkWriter writer, NftObject value)
    {
        WriteName(ref writer, value.Family, value.Table, value.Name, value.Type);
        var data = writer.BeginNest(ObjectAttribute.NFTA_OBJ_DATA);
        value.Content?.WriteData(ref writer);
        writer.EndNested(data);
        if (!value.UserData.IsEmpty)
            writer.WriteBytes(ObjectAttribute.NFTA_OBJ_USERDATA, value.UserData.Span);
    }

    /// <summary>Enough to find it; an empty table or name is every one.</summary>
    internal static void WriteName(ref NetlinkWriter writer, NftFamily family, string table, string name, NftObjectType type)
    {
        writer.WriteFixed(NftHeader.Of(family));
        if (table.Length != 0)
            writer.WriteString(ObjectAttribute.NFTA_OBJ_TABLE, table);
        if (name.Length != 0)
            writer.WriteString(ObjectAttribute.NFTA_OBJ_NAME, name);
        writer.WriteUInt32Unless0(ObjectAttribute.NFTA_OBJ_TYPE, (uint)type);
    }

    internal static NftObject? Read(NetlinkMessage message, NameCache names)
    {
        var made = new NftObject { Family = message.Header<NftHeader>().Family, Table = "", Name = "", Type = NftObjectType.NFT_OBJECT_UNSPEC };
        ReadOnlySpan<byte> data = default;
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            switch ((ObjectAttribute)attribute.Type)
            {
                case ObjectAttribute.NFTA_OBJ_TABLE:
                    made = made with { Table = names.Get(attribute.Value) };
                    break;
                case ObjectAttribute.NFTA_OBJ_NAME:
                    made = made with { Name = attribute.Text };
                    break;
                case ObjectAttribute.NFTA_OBJ_TYPE:
                    made = made with { Type = (NftObjectType)attribute.UInt32BigEndian() };
                    break;
                case ObjectAttribute.NFTA_OBJ_DATA:
                    data = attribute.Value;
                    break;
                case ObjectAttribute.NFTA_OBJ_USE:
                    made = made with { Use = attribute.UInt32BigEndian() };
                    break;
                case ObjectAttribute.NFTA_OBJ_HANDLE:
                    made = made with { Handle = attribute.UInt64BigEndian() };
                    break;
                case ObjectAttribute.NFTA_OBJ_USERDATA:
                    made = made with { UserData = attribute.Bytes() };
                    break;
            }
        }

        var kind = Kind(made.Type);
        return made with { Content = ExpressionMessage.ReadData(kind, data) ?? new UnknownExpression(kind, NftValue.Create(data)) };
    }

    /// <summary>The expression whose attributes the object's data have; otherwise nft's word for the object.</summary>
    internal static string Kind(NftObjectType type) => type switch
    {
        NftObjectType.NFT_OBJECT_COUNTER => CounterExpression.KernelName,
        NftObjectType.NFT_OBJECT_QUOTA => QuotaExpression.KernelName,
        NftObjectType.NFT_OBJECT_LIMIT => LimitExpression.KernelName,
        NftObjectType.NFT_OBJECT_CONNLIMIT => ConnlimitExpression.KernelName,
        NftObjectType.NFT_OBJECT_SYNPROXY => SynproxyExpression.KernelName,
        NftObjectType.NFT_OBJECT_CT_HELPER => "ct helper",
        NftObjectType.NFT_OBJECT_CT_TIMEOUT => "ct timeout",
        NftObjectType.NFT_OBJECT_CT_EXPECT => "ct expectation",
        NftObjectType.NFT_OBJECT_SECMARK => "secmark",
        NftObjectType.NFT_OBJECT_TUNNEL => "tunnel",
        _ => $"object {(uint)type}",
    };
}
