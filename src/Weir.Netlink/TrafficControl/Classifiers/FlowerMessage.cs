using System.Buffers.Binary;
using System.Net;
using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Actions;

namespace Weir.Netlink.TrafficControl.Classifiers;

/// <summary>include/uapi/linux/pkt_cls.h: options of cls_flower.</summary>
internal enum FlowerAttribute : ushort
{
    TCA_FLOWER_CLASSID = 1,
    TCA_FLOWER_INDEV = 2,
    TCA_FLOWER_ACT = 3,
    TCA_FLOWER_KEY_ETH_DST = 4,
    TCA_FLOWER_KEY_ETH_DST_MASK = 5,
    TCA_FLOWER_KEY_ETH_SRC = 6,
    TCA_FLOWER_KEY_ETH_SRC_MASK = 7,
    TCA_FLOWER_KEY_ETH_TYPE = 8,
    TCA_FLOWER_KEY_IP_PROTO = 9,
    TCA_FLOWER_KEY_IPV4_SRC = 10,
    TCA_FLOWER_KEY_IPV4_SRC_MASK = 11,
    TCA_FLOWER_KEY_IPV4_DST = 12,
    TCA_FLOWER_KEY_IPV4_DST_MASK = 13,
    TCA_FLOWER_KEY_IPV6_SRC = 14,
    TCA_FLOWER_KEY_IPV6_SRC_MASK = 15,
    TCA_FLOWER_KEY_IPV6_DST = 16,
    TCA_FLOWER_KEY_IPV6_DST_MASK = 17,
    TCA_FLOWER_KEY_TCP_SRC = 18,
    TCA_FLOWER_KEY_TCP_DST = 19,
    TCA_FLOWER_KEY_UDP_SRC = 20,
    TCA_FLOWER_KEY_UDP_DST = 21,
    TCA_FLOWER_FLAGS = 22,
    TCA_FLOWER_KEY_VLAN_ID = 23,
    TCA_FLOWER_KEY_VLAN_PRIO = 24,
    TCA_FLOWER_KEY_VLAN_ETH_TYPE = 25,
    TCA_FLOWER_KEY_TCP_SRC_MASK = 35,
    TCA_FLOWER_KEY_TCP_DST_MASK = 36,
    TCA_FLOWER_KEY_UDP_SRC_MASK = 37,
    TCA_FLOWER_KEY_UDP_DST_MASK = 38,
    TCA_FLOWER_KEY_SCTP_SRC_MASK = 39,
    TCA_FLOWER_KEY_SCTP_DST_MASK = 40,
    TCA_FLOWER_KEY_SCTP_SRC = 41,
    TCA_FLOWER_KEY_SCTP_DST = 42,
    TCA_FLOWER_KEY_ICMPV4_CODE = 49,
    TCA_FLOWER_KEY_ICMPV4_CODE_MASK = 50,
    TCA_FLOWER_KEY_ICMPV4_TYPE = 51,
    TCA_FLOWER_KEY_ICMPV4_TYPE_MASK = 52,
    TCA_FLOWER_KEY_ICMPV6_CODE = 53,
    TCA_FLOWER_KEY_ICMPV6_CODE_MASK = 54,
    TCA_FLOWER_KEY_ICMPV6_TYPE = 55,
    TCA_FLOWER_KEY_ICMPV6_TYPE_MASK = 56,
    TCA_FLOWER_KEY_TCP_FLAGS = 71,
    TCA_FLOWER_KEY_TCP_FLAGS_MASK = 72,
    TCA_FLOWER_KEY_IP_TOS = 73,
    TCA_FLOWER_KEY_IP_TOS_MASK = 74,
    TCA_FLOWER_KEY_IP_TTL = 75,
    TCA_FLOWER_KEY_IP_TTL_MASK = 76,
    TCA_FLOWER_IN_HW_COUNT = 86,
}

/// <summary>How a FlowerClassifier looks inside TCA_OPTIONS: an attribute for each field and one for its mask, in network order.</summary>
internal static class FlowerMessage
{
    private const ushort AnyProtocol = 3;

    internal static void Write(ref NetlinkWriter writer, FlowerClassifier flower, Filter filter)
    {
        if (flower.UnknownKeys.Count != 0)
            throw new ArgumentException("the filter compares fields that are not known here", nameof(flower));
        if (flower.ClassId != 0)
            writer.WriteUInt32(FlowerAttribute.TCA_FLOWER_CLASSID, flower.ClassId);
        if (flower.InputDevice.Length != 0)
            writer.WriteString(FlowerAttribute.TCA_FLOWER_INDEV, flower.InputDevice);
        WriteMac(ref writer, flower.DestinationMac, FlowerAttribute.TCA_FLOWER_KEY_ETH_DST, FlowerAttribute.TCA_FLOWER_KEY_ETH_DST_MASK);
        WriteMac(ref writer, flower.SourceMac, FlowerAttribute.TCA_FLOWER_KEY_ETH_SRC, FlowerAttribute.TCA_FLOWER_KEY_ETH_SRC_MASK);
        if (flower.VlanId is { } vlan)
            writer.WriteUInt16(FlowerAttribute.TCA_FLOWER_KEY_VLAN_ID, vlan);
        if (flower.VlanPriority is { } priority)
            writer.WriteUInt8(FlowerAttribute.TCA_FLOWER_KEY_VLAN_PRIO, priority);
        if (flower.VlanEtherType is { } inner)
            writer.WriteUInt16BigEndian(FlowerAttribute.TCA_FLOWER_KEY_VLAN_ETH_TYPE, inner);
        if (flower.IpProtocol is { } protocol)
            writer.WriteUInt8(FlowerAttribute.TCA_FLOWER_KEY_IP_PROTO, protocol);
        WriteByte(ref writer, flower.TypeOfService, FlowerAttribute.TCA_FLOWER_KEY_IP_TOS, FlowerAttribute.TCA_FLOWER_KEY_IP_TOS_MASK);
        WriteByte(ref writer, flower.TimeToLive, FlowerAttribute.TCA_FLOWER_KEY_IP_TTL, FlowerAttribute.TCA_FLOWER_KEY_IP_TTL_MASK);
        WriteAddress(ref writer, flower.Destination, FlowerAttribute.TCA_FLOWER_KEY_IPV4_DST, FlowerAttribute.TCA_FLOWER_KEY_IPV6_DST);
        WriteAddress(ref writer, flower.Source, FlowerAttribute.TCA_FLOWER_KEY_IPV4_SRC, FlowerAttribute.TCA_FLOWER_KEY_IPV6_SRC);
        WritePorts(ref writer, flower);
        WritePort(ref writer, flower.TcpFlags, FlowerAttribute.TCA_FLOWER_KEY_TCP_FLAGS, FlowerAttribute.TCA_FLOWER_KEY_TCP_FLAGS_MASK);
        var isIcmp6 = flower.IpProtocol == 58;
        WriteByte(ref writer, flower.IcmpType, isIcmp6 ? FlowerAttribute.TCA_FLOWER_KEY_ICMPV6_TYPE : FlowerAttribute.TCA_FLOWER_KEY_ICMPV4_TYPE,
            isIcmp6 ? FlowerAttribute.TCA_FLOWER_KEY_ICMPV6_TYPE_MASK : FlowerAttribute.TCA_FLOWER_KEY_ICMPV4_TYPE_MASK);
        WriteByte(ref writer, flower.IcmpCode, isIcmp6 ? FlowerAttribute.TCA_FLOWER_KEY_ICMPV6_CODE : FlowerAttribute.TCA_FLOWER_KEY_ICMPV4_CODE,
            isIcmp6 ? FlowerAttribute.TCA_FLOWER_KEY_ICMPV6_CODE_MASK : FlowerAttribute.TCA_FLOWER_KEY_ICMPV4_CODE_MASK);
        ActionMessage.WriteList(ref writer, FlowerAttribute.TCA_FLOWER_ACT, filter.Actions);
        if (flower.Offload != OffloadFlags.None)
            writer.WriteUInt32(FlowerAttribute.TCA_FLOWER_FLAGS, (uint)flower.Offload);
        // The kernel wants to hear the ethertype twice, except that it takes none for all.
        if (filter.Protocol is not AnyProtocol)
            writer.WriteUInt16BigEndian(FlowerAttribute.TCA_FLOWER_KEY_ETH_TYPE, filter.Protocol);
    }

    internal static Filter Read(Filter filter, NetlinkAttributes options)
    {
        var flower = new FlowerClassifier();
        var masks = new Dictionary<FlowerAttribute, byte[]>();
        List<ushort> unknown = [];
        foreach (var attribute in options)
            masks[(FlowerAttribute)attribute.Type] = attribute.Value.ToArray();
        foreach (var attribute in options)
        {
            var type = (FlowerAttribute)attribute.Type;
            switch (type)
            {
                case FlowerAttribute.TCA_FLOWER_CLASSID:
                    flower = flower with { ClassId = attribute.UInt32 };
                    break;
                case FlowerAttribute.TCA_FLOWER_INDEV:
                    flower = flower with { InputDevice = attribute.Text };
                    break;
                case FlowerAttribute.TCA_FLOWER_ACT:
                    filter = filter with { Actions = ActionMessage.ReadList(attribute.Nested) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_ETH_DST:
                    flower = flower with { DestinationMac = new(Number(attribute.Value, 6), Mask(masks, FlowerAttribute.TCA_FLOWER_KEY_ETH_DST_MASK, 6)) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_ETH_SRC:
                    flower = flower with { SourceMac = new(Number(attribute.Value, 6), Mask(masks, FlowerAttribute.TCA_FLOWER_KEY_ETH_SRC_MASK, 6)) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_ETH_TYPE:
                    flower = flower with { EtherType = (ushort)Number(attribute.Value, 2) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_IP_PROTO:
                    flower = flower with { IpProtocol = attribute.UInt8 };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_IPV4_SRC or FlowerAttribute.TCA_FLOWER_KEY_IPV6_SRC:
                    flower = flower with { Source = Address(attribute, masks) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_IPV4_DST or FlowerAttribute.TCA_FLOWER_KEY_IPV6_DST:
                    flower = flower with { Destination = Address(attribute, masks) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_TCP_SRC:
                    flower = flower with { SourcePort = Port(attribute, masks, FlowerAttribute.TCA_FLOWER_KEY_TCP_SRC_MASK) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_TCP_DST:
                    flower = flower with { DestinationPort = Port(attribute, masks, FlowerAttribute.TCA_FLOWER_KEY_TCP_DST_MASK) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_UDP_SRC:
                    flower = flower with { SourcePort = Port(attribute, masks, FlowerAttribute.TCA_FLOWER_KEY_UDP_SRC_MASK) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_UDP_DST:
                    flower = flower with { DestinationPort = Port(attribute, masks, FlowerAttribute.TCA_FLOWER_KEY_UDP_DST_MASK) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_SCTP_SRC:
                    flower = flower with { SourcePort = Port(attribute, masks, FlowerAttribute.TCA_FLOWER_KEY_SCTP_SRC_MASK) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_SCTP_DST:
                    flower = flower with { DestinationPort = Port(attribute, masks, FlowerAttribute.TCA_FLOWER_KEY_SCTP_DST_MASK) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_TCP_FLAGS:
                    flower = flower with { TcpFlags = Port(attribute, masks, FlowerAttribute.TCA_FLOWER_KEY_TCP_FLAGS_MASK) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_VLAN_ID:
                    flower = flower with { VlanId = attribute.UInt16 };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_VLAN_PRIO:
                    flower = flower with { VlanPriority = attribute.UInt8 };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_VLAN_ETH_TYPE:
                    flower = flower with { VlanEtherType = (ushort)Number(attribute.Value, 2) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_IP_TOS:
                    flower = flower with { TypeOfService = Byte(attribute, masks, FlowerAttribute.TCA_FLOWER_KEY_IP_TOS_MASK) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_IP_TTL:
                    flower = flower with { TimeToLive = Byte(attribute, masks, FlowerAttribute.TCA_FLOWER_KEY_IP_TTL_MASK) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_ICMPV4_TYPE or FlowerAttribute.TCA_FLOWER_KEY_ICMPV6_TYPE:
                    flower = flower with { IcmpType = Byte(attribute, masks, type + 1) };
                    break;
                case FlowerAttribute.TCA_FLOWER_KEY_ICMPV4_CODE or FlowerAttribute.TCA_FLOWER_KEY_ICMPV6_CODE:
                    flower = flower with { IcmpCode = Byte(attribute, masks, type + 1) };
                    break;
                case FlowerAttribute.TCA_FLOWER_FLAGS:
                    flower = flower with { Offload = (OffloadFlags)attribute.UInt32 };
                    break;
                case FlowerAttribute.TCA_FLOWER_IN_HW_COUNT:
                    break;
                default:
                    if (!Enum.IsDefined(type))
                        unknown.Add(attribute.Type);
                    break;
            }
        }

        return filter with { Classifier = flower with { UnknownKeys = unknown } };
    }

    private static void WriteMac(ref NetlinkWriter writer, Masked<ulong>? key, FlowerAttribute value, FlowerAttribute mask)
    {
        if (key is not { } mac)
            return;
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, mac.Value);
        writer.WriteBytes(value, bytes[2..]);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, mac.Mask);
        writer.WriteBytes(mask, bytes[2..]);
    }

    private static void WriteByte(ref NetlinkWriter writer, Masked<byte>? key, FlowerAttribute value, FlowerAttribute mask)
    {
        if (key is not { } field)
            return;
        writer.WriteUInt8(value, field.Value);
        writer.WriteUInt8(mask, field.Mask);
    }

    /// <summary>The mask's attribute follows the value's.</summary>
    private static void WriteAddress(ref NetlinkWriter writer, Masked<IPAddress>? key, FlowerAttribute ipv4, FlowerAttribute ipv6)
    {
        if (key is not { } address)
            return;
        var attribute = address.Value.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? ipv4 : ipv6;
        writer.WriteAddress(attribute, address.Value);
        writer.WriteAddress(attribute + 1, address.Mask);
    }

    private static void WritePorts(ref NetlinkWriter writer, FlowerClassifier flower)
    {
        var (source, sourceMask, destination, destinationMask) = flower.IpProtocol switch
        {
            17 => (FlowerAttribute.TCA_FLOWER_KEY_UDP_SRC, FlowerAttribute.TCA_FLOWER_KEY_UDP_SRC_MASK, FlowerAttribute.TCA_FLOWER_KEY_UDP_DST, FlowerAttribute.TCA_FLOWER_KEY_UDP_DST_MASK),
            132 => (FlowerAttribute.TCA_FLOWER_KEY_SCTP_SRC, FlowerAttribute.TCA_FLOWER_KEY_SCTP_SRC_MASK, FlowerAttribute.TCA_FLOWER_KEY_SCTP_DST, FlowerAttribute.TCA_FLOWER_KEY_SCTP_DST_MASK),
            _ => (FlowerAttribute.TCA_FLOWER_KEY_TCP_SRC, FlowerAttribute.TCA_FLOWER_KEY_TCP_SRC_MASK, FlowerAttribute.TCA_FLOWER_KEY_TCP_DST, FlowerAttribute.TCA_FLOWER_KEY_TCP_DST_MASK),
        };
        WritePort(ref writer, flower.DestinationPort, destination, destinationMask);
        WritePort(ref writer, flower.SourcePort, source, sourceMask);
    }

    private static void WritePort(ref NetlinkWriter writer, Masked<ushort>? key, FlowerAttribute value, FlowerAttribute mask)
    {
        if (key is not { } port)
            return;
        writer.WriteUInt16BigEndian(value, port.Value);
        writer.WriteUInt16BigEndian(mask, port.Mask);
    }

    private static Masked<byte> Byte(NetlinkAttribute attribute, Dictionary<FlowerAttribute, byte[]> masks, FlowerAttribute mask) =>
        new(attribute.UInt8, (byte)Mask(masks, mask, 1));

    private static Masked<ushort> Port(NetlinkAttribute attribute, Dictionary<FlowerAttribute, byte[]> masks, FlowerAttribute mask) =>
        new((ushort)Number(attribute.Value, 2), (ushort)Mask(masks, mask, 2));

    private static Masked<IPAddress>? Address(NetlinkAttribute attribute, Dictionary<FlowerAttribute, byte[]> masks)
    {
        if (attribute.Address is not { } address)
            return null;
        var length = attribute.Value.Length;
        var mask = masks.TryGetValue((FlowerAttribute)attribute.Type + 1, out var bytes) && bytes.Length == length ? bytes : [.. Enumerable.Repeat((byte)0xff, length)];
        return new(address, new IPAddress(mask));
    }

    private static ulong Mask(Dictionary<FlowerAttribute, byte[]> masks, FlowerAttribute attribute, int size) =>
        masks.TryGetValue(attribute, out var bytes) ? Number(bytes, size) : ulong.MaxValue >> (64 - (8 * size));

    /// <summary>A big-endian number; bytes that are missing are zero.</summary>
    private static ulong Number(ReadOnlySpan<byte> bytes, int size)
    {
        ulong number = 0;
        for (var i = 0; i < size; i++)
            number = number << 8 | (i < bytes.Length ? bytes[i] : 0ul);
        return number;
    }
}
