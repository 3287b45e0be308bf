using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>include/uapi/linux/if_addr.h</summary>
internal enum AddressAttribute : ushort
{
    IFA_ADDRESS = 1,
    IFA_LOCAL = 2,
    IFA_LABEL = 3,
    IFA_BROADCAST = 4,
    IFA_CACHEINFO = 6,
    IFA_FLAGS = 8,
    IFA_RT_PRIORITY = 9,
    IFA_PROTO = 11,
}

/// <summary>include/uapi/linux/if_addr.h: ifa_flags.</summary>
[Flags]
public enum AddressFlags : uint
{
    None = 0,
    IFA_F_SECONDARY = 0x01,
    IFA_F_NODAD = 0x02,
    IFA_F_OPTIMISTIC = 0x04,
    IFA_F_DADFAILED = 0x08,
    IFA_F_HOMEADDRESS = 0x10,
    IFA_F_DEPRECATED = 0x20,
    IFA_F_TENTATIVE = 0x40,
    IFA_F_PERMANENT = 0x80,
    IFA_F_MANAGETEMPADDR = 0x100,
    IFA_F_NOPREFIXROUTE = 0x200,
    IFA_F_MCAUTOJOIN = 0x400,
    IFA_F_STABLE_PRIVACY = 0x800,
}

/// <summary>How a LinkAddress looks on the wire: struct ifaddrmsg, then IFA_ attributes.</summary>
internal static class AddressMessage
{
    /// <summary>What a request may ask for; the rest is the kernel's own account of the address.</summary>
    private const AddressFlags Writable = AddressFlags.IFA_F_NODAD | AddressFlags.IFA_F_OPTIMISTIC | AddressFlags.IFA_F_HOMEADDRESS
        | AddressFlags.IFA_F_MANAGETEMPADDR | AddressFlags.IFA_F_NOPREFIXROUTE | AddressFlags.IFA_F_MCAUTOJOIN;

    /// <summary>struct ifaddrmsg, 8 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte Family;
        public byte PrefixLength;
        public byte Flags;
        public byte Scope;
        public int Index;
    }

    /// <summary>struct ifa_cacheinfo, 16 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Lifetimes
    {
        public uint Preferred;
        public uint Valid;
        public uint Created;
        public uint Updated;
    }

    internal static void Write(ref NetlinkWriter writer, LinkAddress address)
    {
        writer.WriteFixed(new Header { Family = (byte)Family(address.Address), PrefixLength = address.PrefixLength, Scope = address.Scope, Index = address.LinkIndex });
        // IPv4 takes both and IPv6 takes LOCAL only beside a peer (net/ipv6/addrconf.c extract_addr).
        if (address.Peer is not null || address.Address.AddressFamily == AddressFamily.InterNetwork)
            writer.WriteAddress(AddressAttribute.IFA_LOCAL, address.Address);
        writer.WriteAddress(AddressAttribute.IFA_ADDRESS, address.Peer ?? address.Address);
        if (address.Broadcast is { } broadcast)
            writer.WriteAddress(AddressAttribute.IFA_BROADCAST, broadcast);
        if (address.Label.Length != 0)
            writer.WriteString(AddressAttribute.IFA_LABEL, address.Label);
        writer.WriteUInt32(AddressAttribute.IFA_FLAGS, address.Flags & (uint)Writable);
        if (address.ValidLifetime != uint.MaxValue || address.PreferredLifetime != uint.MaxValue)
            writer.WriteBytes(AddressAttribute.IFA_CACHEINFO, MemoryMarshal.AsBytes([new Lifetimes { Preferred = address.PreferredLifetime, Valid = address.ValidLifetime }]));
        if (address.Metric != 0)
            writer.WriteUInt32(AddressAttribute.IFA_RT_PRIORITY, address.Metric);
        if (address.Protocol != 0)
            writer.WriteUInt8(AddressAttribute.IFA_PROTO, address.Protocol);
    }

    internal static void WriteList(ref NetlinkWriter writer, int linkIndex) => writer.WriteFixed(new Header { Index = linkIndex });

    internal static LinkAddress? Read(NetlinkMessage message) =>
        message.Type == NetlinkMessageType.RTM_NEWADDR ? ReadAny(message) : null;

    /// <summary>Of RTM_NEWADDR and RTM_DELADDR; null for a family other than IPv4 and IPv6.</summary>
    internal static LinkAddress? ReadAny(NetlinkMessage message)
    {
        var header = message.Header<Header>();
        IPAddress? address = null, local = null, broadcast = null;
        var label = "";
        uint flags = header.Flags, metric = 0;
        byte protocol = 0;
        var lifetimes = new Lifetimes { Preferred = uint.MaxValue, Valid = uint.MaxValue };
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((AddressAttribute)attribute.Type)
            {
                case AddressAttribute.IFA_ADDRESS: address = attribute.Address; break;
                case AddressAttribute.IFA_LOCAL: local = attribute.Address; break;
                case AddressAttribute.IFA_LABEL: label = attribute.Text; break;
                case AddressAttribute.IFA_BROADCAST: broadcast = attribute.Address; break;
                case AddressAttribute.IFA_FLAGS: flags = attribute.UInt32; break;
                case AddressAttribute.IFA_CACHEINFO: lifetimes = attribute.Read<Lifetimes>(); break;
                case AddressAttribute.IFA_RT_PRIORITY: metric = attribute.UInt32; break;
                case AddressAttribute.IFA_PROTO: protocol = attribute.UInt8; break;
            }
        }

        if ((local ?? address) is not { } own || (byte)Family(own) != header.Family)
            return null;
        return new LinkAddress
        {
            LinkIndex = header.Index,
            Address = own,
            PrefixLength = header.PrefixLength,
            Peer = local is not null && address is not null && !local.Equals(address) ? address : null,
            Broadcast = broadcast,
            Scope = header.Scope,
            Label = label,
            Flags = flags,
            ValidLifetime = lifetimes.Valid,
            PreferredLifetime = lifetimes.Preferred,
            Metric = metric,
            Protocol = protocol,
        };
    }

    /// <summary>AF_INET and AF_INET6 as the kernel numbers them.</summary>
    internal static KernelFamily Family(IPAddress address) => KernelFamilies.Of(address.AddressFamily);
}
