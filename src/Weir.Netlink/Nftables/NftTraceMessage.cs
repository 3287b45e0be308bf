using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_trace_attributes.</summary>
internal enum TraceAttribute : ushort
{
    NFTA_TRACE_TABLE = 1,
    NFTA_TRACE_CHAIN = 2,
    NFTA_TRACE_RULE_HANDLE = 3,
    NFTA_TRACE_TYPE = 4,
    NFTA_TRACE_VERDICT = 5,
    NFTA_TRACE_ID = 6,
    NFTA_TRACE_LL_HEADER = 7,
    NFTA_TRACE_NETWORK_HEADER = 8,
    NFTA_TRACE_TRANSPORT_HEADER = 9,
    NFTA_TRACE_IIF = 10,
    NFTA_TRACE_IIFTYPE = 11,
    NFTA_TRACE_OIF = 12,
    NFTA_TRACE_OIFTYPE = 13,
    NFTA_TRACE_MARK = 14,
    NFTA_TRACE_NFPROTO = 15,
    NFTA_TRACE_POLICY = 16,
}

/// <summary>How an NftTrace looks on the wire: nfgenmsg, then NFTA_TRACE_ attributes.</summary>
internal static class NftTraceMessage
{
    internal static NftTrace Read(NetlinkMessage message, NameCache names)
    {
        var trace = new NftTrace { Id = 0, Family = message.Header<NftHeader>().Family };
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            trace = (TraceAttribute)attribute.Type switch
            {
                TraceAttribute.NFTA_TRACE_TABLE => trace with { Table = names.Get(attribute.Value) },
                TraceAttribute.NFTA_TRACE_CHAIN => trace with { Chain = names.Get(attribute.Value) },
                TraceAttribute.NFTA_TRACE_RULE_HANDLE => trace with { RuleHandle = attribute.UInt64BigEndian() },
                TraceAttribute.NFTA_TRACE_TYPE => trace with { Type = (NftTraceType)attribute.UInt32BigEndian() },
                TraceAttribute.NFTA_TRACE_VERDICT => trace with { Verdict = NftDataMessage.ReadVerdict(attribute.Nested) },
                TraceAttribute.NFTA_TRACE_ID => trace with { Id = attribute.UInt32BigEndian() },
                TraceAttribute.NFTA_TRACE_LL_HEADER => trace with { LinkLayerHeader = attribute.Bytes() },
                TraceAttribute.NFTA_TRACE_NETWORK_HEADER => trace with { NetworkHeader = attribute.Bytes() },
                TraceAttribute.NFTA_TRACE_TRANSPORT_HEADER => trace with { TransportHeader = attribute.Bytes() },
                TraceAttribute.NFTA_TRACE_IIF => trace with { InputLink = attribute.UInt32BigEndian() },
                TraceAttribute.NFTA_TRACE_IIFTYPE => trace with { InputLinkType = attribute.UInt16BigEndian() },
                TraceAttribute.NFTA_TRACE_OIF => trace with { OutputLink = attribute.UInt32BigEndian() },
                TraceAttribute.NFTA_TRACE_OIFTYPE => trace with { OutputLinkType = attribute.UInt16BigEndian() },
                TraceAttribute.NFTA_TRACE_MARK => trace with { Mark = attribute.UInt32BigEndian() },
                TraceAttribute.NFTA_TRACE_NFPROTO => trace with { Protocol = (NftFamily)attribute.UInt32BigEndian() },
                TraceAttribute.NFTA_TRACE_POLICY => trace with { Policy = (NftPolicy)attribute.UInt32BigEndian() },
                _ => trace,
            };
        }

        return trace;
    }
}
