using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_chain_attributes.</summary>
internal enum ChainAttribute : ushort
{
    NFTA_CHAIN_TABLE = 1,
    NFTA_CHAIN_HANDLE = 2,
    NFTA_CHAIN_NAME = 3,
    NFTA_CHAIN_HOOK = 4,
    NFTA_CHAIN_POLICY = 5,
    NFTA_CHAIN_USE = 6,
    NFTA_CHAIN_TYPE = 7,
    NFTA_CHAIN_COUNTERS = 8,
    NFTA_CHAIN_FLAGS = 10,
    NFTA_CHAIN_ID = 11,
    NFTA_CHAIN_USERDATA = 12,
}

/// <summary>How an NftChain looks on the wire: nfgenmsg, then NFTA_CHAIN_ attributes.</summary>
internal static class NftChainMessage
{
    internal static void Write(ref NetlinkWriter writer, NftChain chain)
    {
        WriteName(ref writer, chain.Family, chain.Table, chain.Name);
        // A chain that has a handle exists: the name is then its new one.
        if (chain.Handle != 0)
            writer.WriteUInt64BigEndian(ChainAttribute.NFTA_CHAIN_HANDLE, chain.Handle);
        if (chain.Hook is { } hook)
            NftHookMessage.Write(ref writer, ChainAttribute.NFTA_CHAIN_HOOK, hook);
        if (chain.Policy is { } policy)
            writer.WriteUInt32BigEndian(ChainAttribute.NFTA_CHAIN_POLICY, (uint)policy);
        if (chain.Counters is { } counters)
            WriteCounters(ref writer, counters);
        if (chain.Type.Length != 0)
            writer.WriteString(ChainAttribute.NFTA_CHAIN_TYPE, chain.Type);
        writer.WriteUInt32Unless0(ChainAttribute.NFTA_CHAIN_FLAGS, (uint)chain.Flags);
        if (!chain.UserData.IsEmpty)
            writer.WriteBytes(ChainAttribute.NFTA_CHAIN_USERDATA, chain.UserData.Span);
        writer.WriteUInt32Unless0(ChainAttribute.NFTA_CHAIN_ID, chain.Id);
    }

    /// <summary>Enough to find it.</summary>
    internal static void WriteName(ref NetlinkWriter writer, NftFamily family, string table, string name)
    {
        writer.WriteFixed(NftHeader.Of(family));
        writer.WriteString(ChainAttribute.NFTA_CHAIN_TABLE, table);
        if (name.Length != 0)
            writer.WriteString(ChainAttribute.NFTA_CHAIN_NAME, name);
    }

    internal static NftChain? Read(NetlinkMessage message, NameCache names)
    {
        var chain = new NftChain { Family = message.Header<NftHeader>().Family, Table = "", Name = "" };
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            chain = (ChainAttribute)attribute.Type switch
            {
                ChainAttribute.NFTA_CHAIN_TABLE => chain with { Table = names.Get(attribute.Value) },
                ChainAttribute.NFTA_CHAIN_HANDLE => chain with { Handle = attribute.UInt64BigEndian() },
                ChainAttribute.NFTA_CHAIN_NAME => chain with { Name = attribute.Text },
                ChainAttribute.NFTA_CHAIN_HOOK => chain with { Hook = NftHookMessage.Read(attribute.Nested) },
                ChainAttribute.NFTA_CHAIN_POLICY => chain with { Policy = (NftPolicy)attribute.UInt32BigEndian() },
                ChainAttribute.NFTA_CHAIN_USE => chain with { Use = attribute.UInt32BigEndian() },
                ChainAttribute.NFTA_CHAIN_TYPE => chain with { Type = names.Get(attribute.Value) },
                ChainAttribute.NFTA_CHAIN_COUNTERS => chain with { Counters = ReadCounters(new ExpressionData(attribute.Value)) },
                ChainAttribute.NFTA_CHAIN_FLAGS => chain with { Flags = (NftChainFlags)attribute.UInt32BigEndian() },
                ChainAttribute.NFTA_CHAIN_ID => chain with { Id = attribute.UInt32BigEndian() },
                ChainAttribute.NFTA_CHAIN_USERDATA => chain with { UserData = attribute.Bytes() },
                _ => chain,
            };
        }

        return chain;
    }

    /// <summary>iptables writes packets before bytes.</summary>
    private static void WriteCounters(ref NetlinkWriter writer, NftCounters counters)
    {
        var nest = writer.BeginNest(ChainAttribute.NFTA_CHAIN_COUNTERS);
        writer.WriteUInt64BigEndian(CounterAttribute.NFTA_COUNTER_PACKETS, counters.Packets);
        writer.WriteUInt64BigEndian(CounterAttribute.NFTA_COUNTER_BYTES, counters.Bytes);
        writer.EndNested(nest);
    }

    private static NftCounters ReadCounters(ExpressionData data) =>
        new(data.UInt64(CounterAttribute.NFTA_COUNTER_PACKETS), data.UInt64(CounterAttribute.NFTA_COUNTER_BYTES));
}
