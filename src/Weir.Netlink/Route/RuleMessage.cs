using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>include/uapi/linux/fib_rules.h</summary>
internal enum RuleAttribute : ushort
{
    FRA_DST = 1,
    FRA_SRC = 2,
    FRA_IIFNAME = 3,
    FRA_GOTO = 4,
    FRA_PRIORITY = 6,
    FRA_FWMARK = 10,
    FRA_FLOW = 11,
    FRA_TUN_ID = 12,
    FRA_SUPPRESS_IFGROUP = 13,
    FRA_SUPPRESS_PREFIXLEN = 14,
    FRA_TABLE = 15,
    FRA_FWMASK = 16,
    FRA_OIFNAME = 17,
    FRA_L3MDEV = 19,
    FRA_UID_RANGE = 20,
    FRA_PROTOCOL = 21,
    FRA_IP_PROTO = 22,
    FRA_SPORT_RANGE = 23,
    FRA_DPORT_RANGE = 24,
}

/// <summary>include/uapi/linux/fib_rules.h: what may be asked for; the rest (IIF_DETACHED, ...) is the kernel's account.</summary>
[Flags]
internal enum RuleFlags : uint
{
    None = 0,
    FIB_RULE_INVERT = 2,
}

/// <summary>How a RoutingRule looks on the wire: struct fib_rule_hdr, then FRA_ attributes.</summary>
internal static class RuleMessage
{
    /// <summary>struct fib_rule_hdr, 12 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte Family;
        public byte DestinationLength;
        public byte SourceLength;
        public byte TypeOfService;
        public byte Table;
        public byte Reserved1;
        public byte Reserved2;
        public byte Action;
        public uint Flags;
    }

    internal static void Write(ref NetlinkWriter writer, RoutingRule rule)
    {
        writer.WriteFixed(new Header
        {
            Family = (byte)KernelFamilies.Of(rule.Family),
            DestinationLength = rule.DestinationLength,
            SourceLength = rule.SourceLength,
            TypeOfService = rule.TypeOfService,
            Table = rule.Table <= byte.MaxValue ? (byte)rule.Table : (byte)0,
            Action = rule.Action,
            Flags = rule.Flags & (uint)RuleFlags.FIB_RULE_INVERT,
        });
        if (!rule.AnyPriority)
            writer.WriteUInt32(RuleAttribute.FRA_PRIORITY, rule.Priority);
        if (rule.Table > byte.MaxValue)
            writer.WriteUInt32(RuleAttribute.FRA_TABLE, rule.Table);
        if (rule.Action == 2)
            writer.WriteUInt32(RuleAttribute.FRA_GOTO, rule.GotoPriority);
        WriteMatches(ref writer, rule);
        if (rule.SuppressPrefixLength is { } length)
            writer.WriteInt32(RuleAttribute.FRA_SUPPRESS_PREFIXLEN, length);
        if (rule.SuppressGroup is { } group)
            writer.WriteInt32(RuleAttribute.FRA_SUPPRESS_IFGROUP, group);
        if (rule.L3Master)
            writer.WriteUInt8(RuleAttribute.FRA_L3MDEV, 1);
        if (rule.Realms != 0)
            writer.WriteUInt32(RuleAttribute.FRA_FLOW, rule.Realms);
        if (rule.TunnelId != 0)
            writer.WriteUInt64BigEndian(RuleAttribute.FRA_TUN_ID, rule.TunnelId);
        if (rule.Protocol != 0)
            writer.WriteUInt8(RuleAttribute.FRA_PROTOCOL, rule.Protocol);
    }

    internal static void WriteList(ref NetlinkWriter writer, AddressFamily family) => writer.WriteFixed(new Header { Family = (byte)KernelFamilies.Of(family) });

    internal static RoutingRule? Read(NetlinkMessage message)
    {
        var header = message.Header<Header>();
        if (message.Type is not (NetlinkMessageType.RTM_NEWRULE or NetlinkMessageType.RTM_DELRULE) || KernelFamilies.ToAddressFamily(header.Family) is not { } family)
            return null;
        uint priority = 0, mark = 0, mask = 0, table = header.Table, gotoPriority = 0, realms = 0;
        IPAddress? source = null, destination = null;
        string inputLink = "", outputLink = "";
        int? suppressLength = null, suppressGroup = null;
        byte l3Master = 0, protocol = 0, ipProtocol = 0;
        PortRange? sourcePorts = null, destinationPorts = null;
        UserRange? users = null;
        ulong tunnel = 0;
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((RuleAttribute)attribute.Type)
            {
                case RuleAttribute.FRA_PRIORITY: priority = attribute.UInt32; break;
                case RuleAttribute.FRA_TABLE: table = attribute.UInt32; break;
                case RuleAttribute.FRA_FWMARK: mark = attribute.UInt32; break;
                case RuleAttribute.FRA_FWMASK: mask = attribute.UInt32; break;
                case RuleAttribute.FRA_GOTO: gotoPriority = attribute.UInt32; break;
                case RuleAttribute.FRA_SRC: source = attribute.Address; break;
                case RuleAttribute.FRA_DST: destination = attribute.Address; break;
                case RuleAttribute.FRA_IIFNAME: inputLink = attribute.Text; break;
                case RuleAttribute.FRA_OIFNAME: outputLink = attribute.Text; break;
                // -1: nothing is suppressed.
                case RuleAttribute.FRA_SUPPRESS_PREFIXLEN: suppressLength = attribute.Int32 is var length and >= 0 ? length : null; break;
                case RuleAttribute.FRA_SUPPRESS_IFGROUP: suppressGroup = attribute.Int32 is var group and >= 0 ? group : null; break;
                case RuleAttribute.FRA_L3MDEV: l3Master = attribute.UInt8; break;
                case RuleAttribute.FRA_PROTOCOL: protocol = attribute.UInt8; break;
                case RuleAttribute.FRA_IP_PROTO: ipProtocol = attribute.UInt8; break;
                case RuleAttribute.FRA_SPORT_RANGE: sourcePorts = attribute.Read<PortRange>(); break;
                case RuleAttribute.FRA_DPORT_RANGE: destinationPorts = attribute.Read<PortRange>(); break;
                case RuleAttribute.FRA_UID_RANGE: users = attribute.Read<UserRange>(); break;
                case RuleAttribute.FRA_FLOW: realms = attribute.UInt32; break;
                case RuleAttribute.FRA_TUN_ID: tunnel = BinaryPrimitives.ReverseEndianness(attribute.UInt64); break;
            }
        }

        return new RoutingRule
        {
            Family = family,
            Priority = priority,
            Mark = mark,
            Mask = mark == 0 && mask == 0 ? uint.MaxValue : mask,
            Table = table,
            Action = header.Action,
            GotoPriority = gotoPriority,
            Source = source,
            SourceLength = header.SourceLength,
            Destination = destination,
            DestinationLength = header.DestinationLength,
            InputLink = inputLink,
            OutputLink = outputLink,
            SuppressPrefixLength = suppressLength,
            SuppressGroup = suppressGroup,
            Protocol = protocol,
            TypeOfService = header.TypeOfService,
            IpProtocol = ipProtocol,
            SourcePorts = sourcePorts,
            DestinationPorts = destinationPorts,
            Users = users,
            L3Master = l3Master != 0,
            Realms = realms,
            TunnelId = tunnel,
            Flags = header.Flags,
        };
    }

    private static void WriteMatches(ref NetlinkWriter writer, RoutingRule rule)
    {
        if (rule.Mark != 0 || rule.Mask != uint.MaxValue)
        {
            writer.WriteUInt32(RuleAttribute.FRA_FWMARK, rule.Mark);
            writer.WriteUInt32(RuleAttribute.FRA_FWMASK, rule.Mask);
        }

        if (rule.Source is { } source)
            writer.WriteAddress(RuleAttribute.FRA_SRC, source);
        if (rule.Destination is { } destination)
            writer.WriteAddress(RuleAttribute.FRA_DST, destination);
        if (rule.InputLink.Length != 0)
            writer.WriteString(RuleAttribute.FRA_IIFNAME, rule.InputLink);
        if (rule.OutputLink.Length != 0)
            writer.WriteString(RuleAttribute.FRA_OIFNAME, rule.OutputLink);
        if (rule.IpProtocol != 0)
            writer.WriteUInt8(RuleAttribute.FRA_IP_PROTO, rule.IpProtocol);
        if (rule.SourcePorts is { } sourcePorts)
            writer.WriteBytes(RuleAttribute.FRA_SPORT_RANGE, MemoryMarshal.AsBytes([sourcePorts]));
        if (rule.DestinationPorts is { } destinationPorts)
            writer.WriteBytes(RuleAttribute.FRA_DPORT_RANGE, MemoryMarshal.AsBytes([destinationPorts]));
        if (rule.Users is { } users)
            writer.WriteBytes(RuleAttribute.FRA_UID_RANGE, MemoryMarshal.AsBytes([users]));
    }
}
