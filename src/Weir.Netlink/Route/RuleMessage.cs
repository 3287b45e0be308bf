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
        if (rule.Protocol != 0)
            writer.WriteUInt8(RuleAttribute.FRA_PROTOCOL, rule.Protocol);
    }

    internal static void WriteList(ref NetlinkWriter writer, AddressFamily family) => writer.WriteFixed(new Header { Family = (byte)KernelFamilies.Of(family) });

    internal static RoutingRule? Read(NetlinkMessage message)
    {
        var header = message.Header<Header>();
        if (message.Type != NetlinkMessageType.RTM_NEWRULE || KernelFamilies.ToAddressFamily(header.Family) is not { } family)
            return null;
        var rule = new RoutingRule
        {
            Family = family,
            Priority = 0,
            DestinationLength = header.DestinationLength,
            SourceLength = header.SourceLength,
            TypeOfService = header.TypeOfService,
            Table = header.Table,
            Action = header.Action,
            Flags = header.Flags,
            Mask = 0,
        };
        foreach (var attribute in message.Attributes<Header>())
            rule = Read(rule, attribute);
        return rule.Mark == 0 && rule.Mask == 0 ? rule with { Mask = uint.MaxValue } : rule;
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

    private static RoutingRule Read(RoutingRule rule, NetlinkAttribute attribute) => (RuleAttribute)attribute.Type switch
    {
        RuleAttribute.FRA_PRIORITY => rule with { Priority = attribute.UInt32 },
        RuleAttribute.FRA_TABLE => rule with { Table = attribute.UInt32 },
        RuleAttribute.FRA_FWMARK => rule with { Mark = attribute.UInt32 },
        RuleAttribute.FRA_FWMASK => rule with { Mask = attribute.UInt32 },
        RuleAttribute.FRA_GOTO => rule with { GotoPriority = attribute.UInt32 },
        RuleAttribute.FRA_SRC => rule with { Source = attribute.Address },
        RuleAttribute.FRA_DST => rule with { Destination = attribute.Address },
        RuleAttribute.FRA_IIFNAME => rule with { InputLink = attribute.Text },
        RuleAttribute.FRA_OIFNAME => rule with { OutputLink = attribute.Text },
        // -1: nothing is suppressed.
        RuleAttribute.FRA_SUPPRESS_PREFIXLEN => rule with { SuppressPrefixLength = attribute.Int32 is var length and >= 0 ? length : null },
        RuleAttribute.FRA_SUPPRESS_IFGROUP => rule with { SuppressGroup = attribute.Int32 is var group and >= 0 ? group : null },
        RuleAttribute.FRA_L3MDEV => rule with { L3Master = attribute.UInt8 != 0 },
        RuleAttribute.FRA_PROTOCOL => rule with { Protocol = attribute.UInt8 },
        RuleAttribute.FRA_IP_PROTO => rule with { IpProtocol = attribute.UInt8 },
        RuleAttribute.FRA_SPORT_RANGE => rule with { SourcePorts = attribute.Read<PortRange>() },
        RuleAttribute.FRA_DPORT_RANGE => rule with { DestinationPorts = attribute.Read<PortRange>() },
        RuleAttribute.FRA_UID_RANGE => rule with { Users = attribute.Read<UserRange>() },
        _ => rule,
    };
}
