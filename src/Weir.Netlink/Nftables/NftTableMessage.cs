using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_table_attributes.</summary>
internal enum TableAttribute : ushort
{
    NFTA_TABLE_NAME = 1,
    NFTA_TABLE_FLAGS = 2,
    NFTA_TABLE_USE = 3,
    NFTA_TABLE_HANDLE = 4,
    NFTA_TABLE_USERDATA = 6,
    NFTA_TABLE_OWNER = 7,
}

/// <summary>How an NftTable looks on the wire: nfgenmsg, then NFTA_TABLE_ attributes.</summary>
internal static class NftTableMessage
{
    internal static void Write(ref NetlinkWriter writer, NftTable table)
    {
        WriteName(ref writer, table.Family, table.Name);
        writer.WriteUInt32Unless0(TableAttribute.NFTA_TABLE_FLAGS, (uint)table.Flags);
        if (!table.UserData.IsEmpty)
            writer.WriteBytes(TableAttribute.NFTA_TABLE_USERDATA, table.UserData.Span);
    }

    /// <summary>Enough to find it; an empty name is every table of the family.</summary>
    internal static void WriteName(ref NetlinkWriter writer, NftFamily family, string name)
    {
        writer.WriteFixed(NftHeader.Of(family));
        if (name.Length != 0)
            writer.WriteString(TableAttribute.NFTA_TABLE_NAME, name);
    }

    internal static NftTable? Read(NetlinkMessage message, NameCache names)
    {
        string name = "";
        var flags = NftTableFlags.None;
        ulong handle = 0;
        uint use = 0, owner = 0;
        var userData = default(NftValue);
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            switch ((TableAttribute)attribute.Type)
            {
                case TableAttribute.NFTA_TABLE_NAME:
                    name = names.Get(attribute.Value);
                    break;
                case TableAttribute.NFTA_TABLE_FLAGS:
                    flags = (NftTableFlags)attribute.UInt32BigEndian();
                    break;
                case TableAttribute.NFTA_TABLE_USE:
                    use = attribute.UInt32BigEndian();
                    break;
                case TableAttribute.NFTA_TABLE_HANDLE:
                    handle = attribute.UInt64BigEndian();
                    break;
                case TableAttribute.NFTA_TABLE_USERDATA:
                    userData = attribute.Bytes();
                    break;
                case TableAttribute.NFTA_TABLE_OWNER:
                    owner = attribute.UInt32BigEndian();
                    break;
            }
        }

        return new NftTable { Family = message.Header<NftHeader>().Family, Name = name, Flags = flags, Handle = handle, Use = use, Owner = owner, UserData = userData };
    }
}
