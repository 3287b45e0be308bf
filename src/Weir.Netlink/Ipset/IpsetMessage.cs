using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Netlink.Ipset;

/// <summary>How sets and elements look on the wire: struct nfgenmsg, PROTOCOL, names, then DATA or ADT. Numbers are big endian and say so in their type.</summary>
/// <remarks>
/// <code>
/// create  PROTOCOL SETNAME TYPENAME REVISION FAMILY DATA { FLAGS, HASHSIZE, … }
/// add     PROTOCOL SETNAME LINENO ADT { DATA { IP { IPV4 } …  LINENO } DATA … }
/// list    PROTOCOL SETNAME [TYPENAME FAMILY REVISION DATA { … }] ADT { DATA { … } DATA … }   the set's part only in its first message
/// </code>
/// </remarks>
internal static class IpsetMessage
{
    /// <summary>More than any element takes on the wire.</summary>
    internal const int LongestElement = 512;

    private const ushort Nested = 0x8000;
    private const ushort BigEndian = 0x4000;

    /// <summary>struct nfgenmsg. Its family is always AF_INET here.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte Family;
        public byte Version;
        public ushort Resource;
    }

    /// <summary>What one message of a list says.</summary>
    internal sealed record Part(string Name, IpsetDefinition? Definition, uint References, uint Memory, List<IpsetElement> Elements);

    internal static void Begin(ref NetlinkWriter writer, string? name)
    {
        writer.WriteFixed(new Header { Family = (byte)KernelFamily.AF_INET });
        writer.WriteUInt8(IpsetAttribute.IPSET_ATTR_PROTOCOL, IpsetTypes.ProtocolVersion);
        if (name is not null)
            writer.WriteString(IpsetAttribute.IPSET_ATTR_SETNAME, name);
    }

    internal static void WriteType(ref NetlinkWriter writer, string type, AddressFamily family)
    {
        writer.WriteString(IpsetAttribute.IPSET_ATTR_TYPENAME, type);
        writer.WriteUInt8(IpsetAttribute.IPSET_ATTR_FAMILY, (byte)KernelFamilies.Of(family));
    }

    internal static void WriteDefinition(ref NetlinkWriter writer, IpsetDefinition definition, byte revision)
    {
        writer.WriteString(IpsetAttribute.IPSET_ATTR_TYPENAME, definition.Type);
        writer.WriteUInt8(IpsetAttribute.IPSET_ATTR_REVISION, revision);
        writer.WriteUInt8(IpsetAttribute.IPSET_ATTR_FAMILY, (byte)KernelFamilies.Of(definition.Family));
        var data = writer.BeginNested((ushort)IpsetAttribute.IPSET_ATTR_DATA | Nested);
        if (definition.Addresses is { } addresses)
        {
            WriteAddress(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_IP, addresses.First);
            WriteAddress(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_IP_TO, addresses.Last);
        }

        if (definition.Ports is { } ports)
        {
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_PORT, ports.First);
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_PORT_TO, ports.Last);
        }

        if (definition.Timeout is { } timeout)
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_TIMEOUT, timeout);
        if (Flags(definition) is var flags && flags != IpsetFlags.None)
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_CADT_FLAGS, (uint)flags);
        if (definition.Bitmask is { } bitmask)
            WriteAddress(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_BITMASK, bitmask);
        if (definition.InitialValue is { } initial)
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_INITVAL, initial);
        if (definition.HashSize is { } hashSize)
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_HASHSIZE, hashSize);
        if (definition.MaxElements is { } maxElements)
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_MAXELEM, maxElements);
        if (definition.Netmask is { } netmask)
            writer.WriteUInt8(IpsetDataAttribute.IPSET_ATTR_NETMASK, netmask);
        if (definition.BucketSize is { } bucketSize)
            writer.WriteUInt8(IpsetDataAttribute.IPSET_ATTR_BUCKETSIZE, bucketSize);
        if (definition.Size is { } size)
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_SIZE, size);
        writer.EndNested(data);
    }

    /// <summary>The elements from <paramref name="first"/> on, as many as the buffer takes.</summary>
    /// <returns>The number of the first that found no room. Each carries its number, counted from 1, which the kernel gives back when it refuses one.</returns>
    internal static int WriteElements(ref NetlinkWriter writer, IReadOnlyList<IpsetElement> elements, int first, int limit)
    {
        Write(ref writer, (ushort)IpsetAttribute.IPSET_ATTR_LINENO, 0u);
        var list = writer.BeginNested((ushort)IpsetAttribute.IPSET_ATTR_ADT | Nested);
        var next = first;
        while (next < elements.Count && writer.Written.Length < limit - LongestElement)
        {
            WriteElement(ref writer, elements[next], (uint)next + 1);
            next++;
        }

        writer.EndNested(list);
        return next;
    }

    /// <param name="line">Counted from 1; 0 for an element that is alone in its message.</param>
    internal static void WriteElement(ref NetlinkWriter writer, IpsetElement element, uint line)
    {
        var data = writer.BeginNested((ushort)IpsetAttribute.IPSET_ATTR_DATA | Nested);
        if (element.Address is { } address)
            WriteAddress(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_IP, address);
        if (element.LastAddress is { } last)
            WriteAddress(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_IP_TO, last);
        if (element.PrefixLength is { } prefix)
            writer.WriteUInt8(IpsetDataAttribute.IPSET_ATTR_CIDR, prefix);
        if (element.Port is { } port)
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_PORT, port);
        if (element.LastPort is { } lastPort)
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_PORT_TO, lastPort);
        if (element.Timeout is { } timeout)
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_TIMEOUT, timeout);
        if (element.Protocol is { } protocol)
            writer.WriteUInt8(IpsetDataAttribute.IPSET_ATTR_PROTO, protocol);
        if (Flags(element) is var flags && flags != IpsetFlags.None)
            Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_CADT_FLAGS, (uint)flags);
        WriteMember(ref writer, element);
        WriteSecond(ref writer, element);
        WriteExtensions(ref writer, element);
        Write(ref writer, (ushort)IpsetDataAttribute.IPSET_ATTR_CADT_LINENO, line);
        writer.EndNested(data);
    }

    /// <summary>Null for a message that is not one of a list.</summary>
    internal static Part? Read(NetlinkMessage message)
    {
        if (message.Type != IpsetTypes.Message(IpsetCommand.IPSET_CMD_LIST))
            return null;
        string? name = null, type = null;
        byte revision = 0, family = 0;
        uint references = 0, memory = 0;
        IpsetDefinition? definition = null;
        var elements = new List<IpsetElement>();
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((IpsetAttribute)attribute.Type)
            {
                case IpsetAttribute.IPSET_ATTR_SETNAME:
                    name = attribute.Text;
                    break;
                case IpsetAttribute.IPSET_ATTR_TYPENAME:
                    type = attribute.Text;
                    break;
                case IpsetAttribute.IPSET_ATTR_REVISION:
                    revision = attribute.UInt8;
                    break;
                case IpsetAttribute.IPSET_ATTR_FAMILY:
                    family = attribute.UInt8;
                    break;
                case IpsetAttribute.IPSET_ATTR_DATA when name is not null && type is not null:
                    definition = ReadDefinition(
                        new IpsetDefinition { Name = name, Type = type, Revision = revision, Family = KernelFamilies.ToAddressFamily(family) ?? AddressFamily.Unspecified },
                        attribute.Nested, out references, out memory);
                    break;
                case IpsetAttribute.IPSET_ATTR_ADT:
                    foreach (var element in attribute.Nested)
                    {
                        if ((IpsetAttribute)element.Type == IpsetAttribute.IPSET_ATTR_DATA)
                            elements.Add(ReadElement(element.Nested));
                    }

                    break;
            }
        }

        return name is null ? null : new Part(name, definition, references, memory, elements);
    }

    /// <summary>The answer to a question for one set without its content; null for another message.</summary>
    internal static IpsetDefinition? ReadHeader(NetlinkMessage message)
    {
        if (message.Type != IpsetTypes.Message(IpsetCommand.IPSET_CMD_HEADER))
            return null;
        var found = new IpsetDefinition { Name = "", Type = "" };
        foreach (var attribute in message.Attributes<Header>())
        {
            found = (IpsetAttribute)attribute.Type switch
            {
                IpsetAttribute.IPSET_ATTR_SETNAME => found with { Name = attribute.Text },
                IpsetAttribute.IPSET_ATTR_TYPENAME => found with { Type = attribute.Text },
                IpsetAttribute.IPSET_ATTR_REVISION => found with { Revision = attribute.UInt8 },
                IpsetAttribute.IPSET_ATTR_FAMILY => found with { Family = KernelFamilies.ToAddressFamily(attribute.UInt8) ?? AddressFamily.Unspecified },
                _ => found,
            };
        }

        return found.Type.Length == 0 ? null : found;
    }

    /// <summary>The number of the refused element, counted from 1, from the request as ipset sends it back; 0 when it did not say.</summary>
    internal static uint RefusedLine(ReadOnlySpan<byte> echo)
    {
        if (!NetlinkMessage.TryTake(ref echo, out var message))
            return 0;
        foreach (var attribute in message.Attributes<Header>())
        {
            if ((IpsetAttribute)attribute.Type == IpsetAttribute.IPSET_ATTR_LINENO)
                return BinaryPrimitives.ReverseEndianness(attribute.UInt32);
        }

        return 0;
    }

    private static IpsetFlags Flags(IpsetDefinition definition) =>
        (definition.Counters ? IpsetFlags.IPSET_FLAG_WITH_COUNTERS : 0) |
        (definition.Comments ? IpsetFlags.IPSET_FLAG_WITH_COMMENT : 0) |
        (definition.ForceAdd ? IpsetFlags.IPSET_FLAG_WITH_FORCEADD : 0) |
        (definition.SkbInfo ? IpsetFlags.IPSET_FLAG_WITH_SKBINFO : 0);

    private static IpsetFlags Flags(IpsetElement element) =>
        (element.NoMatch ? IpsetFlags.IPSET_FLAG_NOMATCH : 0) |
        (element is { Neighbor: not null, BeforeNeighbor: true } ? IpsetFlags.IPSET_FLAG_BEFORE : 0) |
        (element.PhysicalLink ? IpsetFlags.IPSET_FLAG_PHYSDEV : 0) |
        (element.AnyLinkLike ? IpsetFlags.IPSET_FLAG_IFACE_WILDCARD : 0);

    private static void WriteSecond(ref NetlinkWriter writer, IpsetElement element)
    {
        if (element.SecondAddress is { } address)
            WriteAddress(ref writer, (ushort)IpsetElementAttribute.IPSET_ATTR_IP2, address);
        if (element.SecondPrefixLength is { } prefix)
            writer.WriteUInt8(IpsetElementAttribute.IPSET_ATTR_CIDR2, prefix);
        if (element.SecondLastAddress is { } last)
            WriteAddress(ref writer, (ushort)IpsetElementAttribute.IPSET_ATTR_IP2_TO, last);
        if (element.Link is { } link)
            writer.WriteString(IpsetElementAttribute.IPSET_ATTR_IFACE, link);
    }

    private static void WriteMember(ref NetlinkWriter writer, IpsetElement element)
    {
        if (element.SetName is not { } member)
            return;
        writer.WriteString(IpsetElementAttribute.IPSET_ATTR_NAME, member);
        if (element.Neighbor is { } neighbor)
            writer.WriteString(IpsetElementAttribute.IPSET_ATTR_NAMEREF, neighbor);
    }

    private static void WriteExtensions(ref NetlinkWriter writer, IpsetElement element)
    {
        if (element.Bytes is { } bytes)
            Write(ref writer, (ushort)IpsetElementAttribute.IPSET_ATTR_BYTES, bytes);
        if (element.Packets is { } packets)
            Write(ref writer, (ushort)IpsetElementAttribute.IPSET_ATTR_PACKETS, packets);
        if (element.Comment is { } comment)
            writer.WriteString(IpsetElementAttribute.IPSET_ATTR_COMMENT, comment);
        if (element.SkbMark is { } mark)
            Write(ref writer, (ushort)IpsetElementAttribute.IPSET_ATTR_SKBMARK, ((ulong)mark.Mark << 32) | mark.Mask);
        if (element.SkbPriority is { } priority)
            Write(ref writer, (ushort)IpsetElementAttribute.IPSET_ATTR_SKBPRIO, priority);
        if (element.SkbQueue is { } queue)
            Write(ref writer, (ushort)IpsetElementAttribute.IPSET_ATTR_SKBQUEUE, queue);
    }

    private static IpsetDefinition ReadDefinition(IpsetDefinition definition, NetlinkAttributes data, out uint references, out uint memory)
    {
        references = memory = 0;
        ushort first = 0, last = 0;
        var hasPorts = false;
        IPAddress? firstAddress = null, lastAddress = null;
        foreach (var attribute in data)
        {
            switch ((IpsetDataAttribute)attribute.Type)
            {
                case IpsetDataAttribute.IPSET_ATTR_IP:
                    firstAddress = Address(attribute);
                    break;
                case IpsetDataAttribute.IPSET_ATTR_IP_TO:
                    lastAddress = Address(attribute);
                    break;
                case IpsetDataAttribute.IPSET_ATTR_PORT:
                    first = BinaryPrimitives.ReverseEndianness(attribute.UInt16);
                    hasPorts = true;
                    break;
                case IpsetDataAttribute.IPSET_ATTR_PORT_TO:
                    last = BinaryPrimitives.ReverseEndianness(attribute.UInt16);
                    break;
                case IpsetDataAttribute.IPSET_ATTR_REFERENCES:
                    references = UInt32(attribute);
                    break;
                case IpsetDataAttribute.IPSET_ATTR_MEMSIZE:
                    memory = UInt32(attribute);
                    break;
                default:
                    definition = Read(definition, attribute);
                    break;
            }
        }

        if (firstAddress is not null && lastAddress is not null)
            definition = definition with { Addresses = (firstAddress, lastAddress) };
        return hasPorts ? definition with { Ports = (first, last) } : definition;
    }

    private static IpsetDefinition Read(IpsetDefinition definition, NetlinkAttribute attribute) => (IpsetDataAttribute)attribute.Type switch
    {
        IpsetDataAttribute.IPSET_ATTR_TIMEOUT => definition with { Timeout = UInt32(attribute) },
        IpsetDataAttribute.IPSET_ATTR_CADT_FLAGS => Read(definition, (IpsetFlags)UInt32(attribute)),
        IpsetDataAttribute.IPSET_ATTR_BITMASK => definition with { Bitmask = Address(attribute) },
        IpsetDataAttribute.IPSET_ATTR_INITVAL => definition with { InitialValue = UInt32(attribute) },
        IpsetDataAttribute.IPSET_ATTR_HASHSIZE => definition with { HashSize = UInt32(attribute) },
        IpsetDataAttribute.IPSET_ATTR_MAXELEM => definition with { MaxElements = UInt32(attribute) },
        IpsetDataAttribute.IPSET_ATTR_NETMASK => definition with { Netmask = attribute.UInt8 },
        IpsetDataAttribute.IPSET_ATTR_BUCKETSIZE => definition with { BucketSize = attribute.UInt8 },
        IpsetDataAttribute.IPSET_ATTR_SIZE => definition with { Size = UInt32(attribute) },
        _ => definition,
    };

    private static IpsetDefinition Read(IpsetDefinition definition, IpsetFlags flags) => definition with
    {
        Counters = flags.HasFlag(IpsetFlags.IPSET_FLAG_WITH_COUNTERS),
        Comments = flags.HasFlag(IpsetFlags.IPSET_FLAG_WITH_COMMENT),
        ForceAdd = flags.HasFlag(IpsetFlags.IPSET_FLAG_WITH_FORCEADD),
        SkbInfo = flags.HasFlag(IpsetFlags.IPSET_FLAG_WITH_SKBINFO),
    };

    private static IpsetElement ReadElement(NetlinkAttributes data)
    {
        var element = new IpsetElement();
        foreach (var attribute in data)
            element = Read(element, attribute);
        return element;
    }

    private static IpsetElement Read(IpsetElement element, NetlinkAttribute attribute) => attribute.Type switch
    {
        (ushort)IpsetDataAttribute.IPSET_ATTR_IP => element with { Address = Address(attribute) },
        (ushort)IpsetDataAttribute.IPSET_ATTR_IP_TO => element with { LastAddress = Address(attribute) },
        (ushort)IpsetDataAttribute.IPSET_ATTR_CIDR => element with { PrefixLength = attribute.UInt8 },
        (ushort)IpsetDataAttribute.IPSET_ATTR_PORT => element with { Port = BinaryPrimitives.ReverseEndianness(attribute.UInt16) },
        (ushort)IpsetDataAttribute.IPSET_ATTR_PORT_TO => element with { LastPort = BinaryPrimitives.ReverseEndianness(attribute.UInt16) },
        (ushort)IpsetDataAttribute.IPSET_ATTR_TIMEOUT => element with { Timeout = UInt32(attribute) },
        (ushort)IpsetDataAttribute.IPSET_ATTR_PROTO => element with { Protocol = attribute.UInt8 },
        (ushort)IpsetDataAttribute.IPSET_ATTR_CADT_FLAGS => Read(element, (IpsetFlags)UInt32(attribute)),
        (ushort)IpsetElementAttribute.IPSET_ATTR_IP2 => element with { SecondAddress = Address(attribute) },
        (ushort)IpsetElementAttribute.IPSET_ATTR_CIDR2 => element with { SecondPrefixLength = attribute.UInt8 },
        (ushort)IpsetElementAttribute.IPSET_ATTR_IP2_TO => element with { SecondLastAddress = Address(attribute) },
        (ushort)IpsetElementAttribute.IPSET_ATTR_IFACE => element with { Link = attribute.Text },
        (ushort)IpsetElementAttribute.IPSET_ATTR_NAME => element with { SetName = attribute.Text },
        (ushort)IpsetElementAttribute.IPSET_ATTR_BYTES => element with { Bytes = UInt64(attribute) },
        (ushort)IpsetElementAttribute.IPSET_ATTR_PACKETS => element with { Packets = UInt64(attribute) },
        (ushort)IpsetElementAttribute.IPSET_ATTR_COMMENT => element with { Comment = attribute.Text },
        (ushort)IpsetElementAttribute.IPSET_ATTR_SKBMARK => element with { SkbMark = ((uint)(UInt64(attribute) >> 32), (uint)UInt64(attribute)) },
        (ushort)IpsetElementAttribute.IPSET_ATTR_SKBPRIO => element with { SkbPriority = UInt32(attribute) },
        (ushort)IpsetElementAttribute.IPSET_ATTR_SKBQUEUE => element with { SkbQueue = BinaryPrimitives.ReverseEndianness(attribute.UInt16) },
        _ => element,
    };

    private static IpsetElement Read(IpsetElement element, IpsetFlags flags) => element with
    {
        NoMatch = flags.HasFlag(IpsetFlags.IPSET_FLAG_NOMATCH),
        PhysicalLink = flags.HasFlag(IpsetFlags.IPSET_FLAG_PHYSDEV),
        AnyLinkLike = flags.HasFlag(IpsetFlags.IPSET_FLAG_IFACE_WILDCARD),
    };

    private static uint UInt32(NetlinkAttribute attribute) => BinaryPrimitives.ReverseEndianness(attribute.UInt32);

    private static ulong UInt64(NetlinkAttribute attribute) => BinaryPrimitives.ReverseEndianness(attribute.UInt64);

    /// <summary>IP { IPV4 } or IP { IPV6 }.</summary>
    private static IPAddress? Address(NetlinkAttribute attribute)
    {
        foreach (var inner in attribute.Nested)
            return inner.Address;
        return null;
    }

    private static void WriteAddress(ref NetlinkWriter writer, ushort attribute, IPAddress address)
    {
        var nest = writer.BeginNested((ushort)(attribute | Nested));
        var type = address.AddressFamily == AddressFamily.InterNetworkV6 ? IpsetAddressAttribute.IPSET_ATTR_IPADDR_IPV6 : IpsetAddressAttribute.IPSET_ATTR_IPADDR_IPV4;
        writer.WriteNumbered((ushort)((ushort)type | BigEndian), address.GetAddressBytes());
        writer.EndNested(nest);
    }

    private static void Write(ref NetlinkWriter writer, ushort type, ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        writer.WriteNumbered((ushort)(type | BigEndian), bytes);
    }

    private static void Write(ref NetlinkWriter writer, ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        writer.WriteNumbered((ushort)(type | BigEndian), bytes);
    }

    private static void Write(ref NetlinkWriter writer, ushort type, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        writer.WriteNumbered((ushort)(type | BigEndian), bytes);
    }
}
