using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_flowtable_attributes.</summary>
internal enum FlowTableAttribute : ushort
{
    NFTA_FLOWTABLE_TABLE = 1,
    NFTA_FLOWTABLE_NAME = 2,
    NFTA_FLOWTABLE_HOOK = 3,
    NFTA_FLOWTABLE_USE = 4,
    NFTA_FLOWTABLE_HANDLE = 5,
    NFTA_FLOWTABLE_FLAGS = 7,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_flowtable_hook_attributes.</summary>
internal enum FlowTableHookAttribute : ushort
{
    NFTA_FLOWTABLE_HOOK_NUM = 1,
    NFTA_FLOWTABLE_HOOK_PRIORITY = 2,
    NFTA_FLOWTABLE_HOOK_DEVS = 3,
}

/// <summary>How an NftFlowTable looks on the wire: nfgenmsg, then NFTA_FLOWTABLE_ attributes.</summary>
internal static class NftFlowTableMessage
{
    internal static void Write(ref NetlinkWriter writer, NftFlowTable table)
    {
        WriteName(ref writer, table.Family, table.Table, table.Name);
        var hook = writer.BeginNest(FlowTableAttribute.NFTA_FLOWTABLE_HOOK);
        writer.WriteUInt32BigEndian(FlowTableHookAttribute.NFTA_FLOWTABLE_HOOK_NUM, table.HookNumber);
        writer.WriteUInt32BigEndian(FlowTableHookAttribute.NFTA_FLOWTABLE_HOOK_PRIORITY, (uint)table.Priority);
        NftHookMessage.WriteDevices(ref writer, FlowTableHookAttribute.NFTA_FLOWTABLE_HOOK_DEVS, table.Devices);
        writer.EndNested(hook);
        writer.WriteUInt32Unless0(FlowTableAttribute.NFTA_FLOWTABLE_FLAGS, (uint)table.Flags);
    }

    /// <summary>Enough to find it; an empty table or name is every one.</summary>
    internal static void WriteName(ref NetlinkWriter writer, NftFamily family, string table, string name)
    {
        writer.WriteFixed(NftHeader.Of(family));
        if (table.Length != 0)
            writer.WriteString(FlowTableAttribute.NFTA_FLOWTABLE_TABLE, table);
        if (name.Length != 0)
            writer.WriteString(FlowTableAttribute.NFTA_FLOWTABLE_NAME, name);
    }

    internal static NftFlowTable? Read(NetlinkMessage message, NameCache names)
    {
        var table = new NftFlowTable { Family = message.Header<NftHeader>().Family, Table = "", Name = "" };
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            table = (FlowTableAttribute)attribute.Type switch
            {
                FlowTableAttribute.NFTA_FLOWTABLE_TABLE => table with { Table = names.Get(attribute.Value) },
                FlowTableAttribute.NFTA_FLOWTABLE_NAME => table with { Name = attribute.Text },
                FlowTableAttribute.NFTA_FLOWTABLE_HOOK => ReadHook(table, attribute.Nested),
                FlowTableAttribute.NFTA_FLOWTABLE_USE => table with { Use = attribute.UInt32BigEndian() },
                FlowTableAttribute.NFTA_FLOWTABLE_HANDLE => table with { Handle = attribute.UInt64BigEndian() },
                FlowTableAttribute.NFTA_FLOWTABLE_FLAGS => table with { Flags = (NftFlowTableFlags)attribute.UInt32BigEndian() },
                _ => table,
            };
        }

        return table;
    }

    private static NftFlowTable ReadHook(NftFlowTable table, NetlinkAttributes attributes)
    {
        foreach (var attribute in attributes)
        {
            table = (FlowTableHookAttribute)attribute.Type switch
            {
                FlowTableHookAttribute.NFTA_FLOWTABLE_HOOK_NUM => table with { HookNumber = attribute.UInt32BigEndian() },
                FlowTableHookAttribute.NFTA_FLOWTABLE_HOOK_PRIORITY => table with { Priority = (int)attribute.UInt32BigEndian() },
                FlowTableHookAttribute.NFTA_FLOWTABLE_HOOK_DEVS => table with { Devices = NftHookMessage.ReadDevices(attribute.Nested) },
                _ => table,
            };
        }

        return table;
    }
}
