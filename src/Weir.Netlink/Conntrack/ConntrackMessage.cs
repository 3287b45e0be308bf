using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Netlink.Conntrack;

/// <summary>How an entry looks on the wire: struct nfgenmsg, then CTA_ attributes, numbers in network order, nests with NLA_F_NESTED.</summary>
/// <remarks>
/// <code>
/// TUPLE_ORIG { IP { V4_SRC V4_DST | V6_SRC V6_DST } PROTO { NUM [SRC_PORT DST_PORT | ICMP_ID TYPE CODE] } [ZONE] }
/// </code>
/// </remarks>
internal static class ConntrackMessage
{
    private const ushort Nested = 0x8000;
    private const byte Icmp = 1;
    private const byte Icmpv6 = 58;

    /// <summary>struct nfgenmsg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte Family;
        public byte Version;
        public ushort Resource;
    }

    internal static void Begin(ref NetlinkWriter writer, AddressFamily family) => writer.WriteFixed(new Header { Family = (byte)KernelFamilies.Of(family) });

    /// <summary>The family counts only in messages of version 1 and later: net/netfilter/nf_conntrack_netlink.c ctnetlink_del_conntrack.</summary>
    internal static void BeginFlush(ref NetlinkWriter writer, AddressFamily family) =>
        writer.WriteFixed(new Header { Family = (byte)KernelFamilies.Of(family), Version = family == AddressFamily.Unspecified ? (byte)0 : (byte)1 });

    /// <summary>Names an entry by its original direction.</summary>
    internal static void WriteName(ref NetlinkWriter writer, ConntrackTuple tuple, ushort? zone)
    {
        Begin(ref writer, tuple.Source.AddressFamily);
        WriteTuple(ref writer, ConntrackAttribute.CTA_TUPLE_ORIG, tuple);
        if (zone is { } number)
            writer.WriteUInt16BigEndian(ConntrackAttribute.CTA_ZONE, number);
    }

    internal static void WriteNumber(ref NetlinkWriter writer, ConntrackAttribute attribute, uint value) =>
        writer.WriteUInt32(attribute, BinaryPrimitives.ReverseEndianness(value));

    /// <summary>Null for a message that is no entry.</summary>
    internal static ConntrackEntry? Read(NetlinkMessage message)
    {
        if ((ConntrackMessageType)message.Type is not (ConntrackMessageType.IPCTNL_MSG_CT_NEW or ConntrackMessageType.IPCTNL_MSG_CT_DELETE)
            || KernelFamilies.ToAddressFamily(message.Header<Header>().Family) is not { } family)
            return null;
        var entry = new ConntrackEntry { Family = family };
        foreach (var attribute in message.Attributes<Header>())
            entry = Read(entry, attribute);
        return entry;
    }

    private static void WriteTuple(ref NetlinkWriter writer, ConntrackAttribute attribute, ConntrackTuple tuple)
    {
        var nest = writer.BeginNested((ushort)((ushort)attribute | Nested));
        var addresses = writer.BeginNested((ushort)TupleAttribute.CTA_TUPLE_IP | Nested);
        var v6 = tuple.Source.AddressFamily == AddressFamily.InterNetworkV6;
        writer.WriteAddress(v6 ? TupleAddressAttribute.CTA_IP_V6_SRC : TupleAddressAttribute.CTA_IP_V4_SRC, tuple.Source);
        writer.WriteAddress(v6 ? TupleAddressAttribute.CTA_IP_V6_DST : TupleAddressAttribute.CTA_IP_V4_DST, tuple.Destination);
        writer.EndNested(addresses);
        var protocol = writer.BeginNested((ushort)TupleAttribute.CTA_TUPLE_PROTO | Nested);
        writer.WriteUInt8(TupleProtocolAttribute.CTA_PROTO_NUM, tuple.Protocol);
        if (tuple.SourcePort is { } sourcePort)
            writer.WriteUInt16BigEndian(TupleProtocolAttribute.CTA_PROTO_SRC_PORT, sourcePort);
        if (tuple.DestinationPort is { } destinationPort)
            writer.WriteUInt16BigEndian(TupleProtocolAttribute.CTA_PROTO_DST_PORT, destinationPort);
        if (tuple.Protocol == Icmp)
            WriteIcmp(ref writer, tuple, TupleProtocolAttribute.CTA_PROTO_ICMP_ID, TupleProtocolAttribute.CTA_PROTO_ICMP_TYPE, TupleProtocolAttribute.CTA_PROTO_ICMP_CODE);
        else if (tuple.Protocol == Icmpv6)
            WriteIcmp(ref writer, tuple, TupleProtocolAttribute.CTA_PROTO_ICMPV6_ID, TupleProtocolAttribute.CTA_PROTO_ICMPV6_TYPE, TupleProtocolAttribute.CTA_PROTO_ICMPV6_CODE);
        writer.EndNested(protocol);
        if (tuple.Zone is { } zone)
            writer.WriteUInt16BigEndian(TupleAttribute.CTA_TUPLE_ZONE, zone);
        writer.EndNested(nest);
    }

    private static void WriteIcmp(ref NetlinkWriter writer, ConntrackTuple tuple, TupleProtocolAttribute id, TupleProtocolAttribute type, TupleProtocolAttribute code)
    {
        writer.WriteUInt16BigEndian(id, tuple.IcmpId ?? 0);
        writer.WriteUInt8(type, tuple.IcmpType ?? 0);
        writer.WriteUInt8(code, tuple.IcmpCode ?? 0);
    }

    private static ConntrackEntry Read(ConntrackEntry entry, NetlinkAttribute attribute) => (ConntrackAttribute)attribute.Type switch
    {
        ConntrackAttribute.CTA_TUPLE_ORIG => entry with { Original = ReadTuple(attribute.Nested) },
        ConntrackAttribute.CTA_TUPLE_REPLY => entry with { Reply = ReadTuple(attribute.Nested) },
        ConntrackAttribute.CTA_STATUS => entry with { Status = (ConntrackStatus)Number(attribute) },
        ConntrackAttribute.CTA_PROTOINFO => ReadState(entry, attribute.Nested),
        ConntrackAttribute.CTA_HELP => entry with { Helper = FirstText(attribute.Nested) },
        ConntrackAttribute.CTA_TIMEOUT => entry with { Timeout = Number(attribute) },
        ConntrackAttribute.CTA_MARK => entry with { Mark = Number(attribute) },
        ConntrackAttribute.CTA_COUNTERS_ORIG => entry with { OriginalCounters = ReadCounters(attribute.Nested) },
        ConntrackAttribute.CTA_COUNTERS_REPLY => entry with { ReplyCounters = ReadCounters(attribute.Nested) },
        ConntrackAttribute.CTA_USE => entry with { Use = Number(attribute) },
        ConntrackAttribute.CTA_ID => entry with { Id = Number(attribute) },
        ConntrackAttribute.CTA_ZONE => entry with { Zone = BinaryPrimitives.ReverseEndianness(attribute.UInt16) },
        ConntrackAttribute.CTA_SECCTX => entry with { SecurityContext = FirstText(attribute.Nested) },
        ConntrackAttribute.CTA_TIMESTAMP => ReadTimes(entry, attribute.Nested),
        _ => entry,
    };

    private static ConntrackTuple? ReadTuple(NetlinkAttributes nested)
    {
        IPAddress? source = null, destination = null;
        var tuple = new ConntrackTuple { Source = IPAddress.None, Destination = IPAddress.None, Protocol = 0 };
        foreach (var part in nested)
        {
            switch ((TupleAttribute)part.Type)
            {
                case TupleAttribute.CTA_TUPLE_IP:
                    foreach (var address in part.Nested)
                    {
                        if ((TupleAddressAttribute)address.Type is TupleAddressAttribute.CTA_IP_V4_SRC or TupleAddressAttribute.CTA_IP_V6_SRC)
                            source = address.Address;
                        else if ((TupleAddressAttribute)address.Type is TupleAddressAttribute.CTA_IP_V4_DST or TupleAddressAttribute.CTA_IP_V6_DST)
                            destination = address.Address;
                    }

                    break;
                case TupleAttribute.CTA_TUPLE_PROTO:
                    foreach (var field in part.Nested)
                        tuple = ReadProtocol(tuple, field);
                    break;
                case TupleAttribute.CTA_TUPLE_ZONE:
                    tuple = tuple with { Zone = BinaryPrimitives.ReverseEndianness(part.UInt16) };
                    break;
            }
        }

        return source is null || destination is null ? null : tuple with { Source = source, Destination = destination };
    }

    private static ConntrackTuple ReadProtocol(ConntrackTuple tuple, NetlinkAttribute field) => (TupleProtocolAttribute)field.Type switch
    {
        TupleProtocolAttribute.CTA_PROTO_NUM => tuple with { Protocol = field.UInt8 },
        TupleProtocolAttribute.CTA_PROTO_SRC_PORT => tuple with { SourcePort = BinaryPrimitives.ReverseEndianness(field.UInt16) },
        TupleProtocolAttribute.CTA_PROTO_DST_PORT => tuple with { DestinationPort = BinaryPrimitives.ReverseEndianness(field.UInt16) },
        TupleProtocolAttribute.CTA_PROTO_ICMP_ID or TupleProtocolAttribute.CTA_PROTO_ICMPV6_ID => tuple with { IcmpId = BinaryPrimitives.ReverseEndianness(field.UInt16) },
        TupleProtocolAttribute.CTA_PROTO_ICMP_TYPE or TupleProtocolAttribute.CTA_PROTO_ICMPV6_TYPE => tuple with { IcmpType = field.UInt8 },
        TupleProtocolAttribute.CTA_PROTO_ICMP_CODE or TupleProtocolAttribute.CTA_PROTO_ICMPV6_CODE => tuple with { IcmpCode = field.UInt8 },
        _ => tuple,
    };

    private static ConntrackEntry ReadState(ConntrackEntry entry, NetlinkAttributes nested)
    {
        foreach (var protocol in nested)
        {
            foreach (var field in protocol.Nested)
            {
                if ((ProtocolInfoAttribute)field.Type != ProtocolInfoAttribute.CTA_PROTOINFO_STATE)
                    continue;
                entry = (ProtocolInfoAttribute)protocol.Type switch
                {
                    ProtocolInfoAttribute.CTA_PROTOINFO_TCP => entry with { TcpState = field.UInt8 },
                    ProtocolInfoAttribute.CTA_PROTOINFO_DCCP => entry with { DccpState = field.UInt8 },
                    ProtocolInfoAttribute.CTA_PROTOINFO_SCTP => entry with { SctpState = field.UInt8 },
                    _ => entry,
                };
            }
        }

        return entry;
    }

    private static ConntrackCounters ReadCounters(NetlinkAttributes nested)
    {
        ulong packets = 0, bytes = 0;
        foreach (var counter in nested)
        {
            if ((CounterAttribute)counter.Type == CounterAttribute.CTA_COUNTERS_PACKETS)
                packets = BinaryPrimitives.ReverseEndianness(counter.UInt64);
            else if ((CounterAttribute)counter.Type == CounterAttribute.CTA_COUNTERS_BYTES)
                bytes = BinaryPrimitives.ReverseEndianness(counter.UInt64);
        }

        return new ConntrackCounters(packets, bytes);
    }

    /// <summary>enum ctattr_tstamp: CTA_TIMESTAMP_START 1, CTA_TIMESTAMP_STOP 2.</summary>
    private static ConntrackEntry ReadTimes(ConntrackEntry entry, NetlinkAttributes nested)
    {
        foreach (var time in nested)
        {
            entry = time.Type switch
            {
                1 => entry with { Start = BinaryPrimitives.ReverseEndianness(time.UInt64) },
                2 => entry with { Stop = BinaryPrimitives.ReverseEndianness(time.UInt64) },
                _ => entry,
            };
        }

        return entry;
    }

    /// <summary>CTA_HELP_NAME and CTA_SECCTX_NAME are both 1.</summary>
    private static string? FirstText(NetlinkAttributes nested)
    {
        foreach (var attribute in nested)
        {
            if (attribute.Type == 1)
                return attribute.Text;
        }

        return null;
    }

    private static uint Number(NetlinkAttribute attribute) => BinaryPrimitives.ReverseEndianness(attribute.UInt32);
}
