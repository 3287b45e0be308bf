using System.Net;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>include/uapi/linux/neighbour.h</summary>
internal enum NeighborAttribute : ushort
{
    NDA_DST = 1,
    NDA_LLADDR = 2,
    NDA_IFINDEX = 8,
    NDA_PROTOCOL = 12,
    NDA_FLAGS_EXT = 15,
}

/// <summary>include/uapi/linux/neighbour.h: ndm_state.</summary>
[Flags]
public enum NeighborState : ushort
{
    NUD_NONE = 0,
    NUD_INCOMPLETE = 0x01,
    NUD_REACHABLE = 0x02,
    NUD_STALE = 0x04,
    NUD_DELAY = 0x08,
    NUD_PROBE = 0x10,
    NUD_FAILED = 0x20,
    NUD_NOARP = 0x40,
    NUD_PERMANENT = 0x80,
}

/// <summary>include/uapi/linux/neighbour.h: ndm_flags.</summary>
[Flags]
internal enum NeighborFlags : byte
{
    None = 0,
    NTF_PROXY = 0x08,
}

/// <summary>How a Neighbor looks on the wire: struct ndmsg, then NDA_ attributes.</summary>
internal static class NeighborMessage
{
    /// <summary>struct ndmsg, 12 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte Family;
        public byte Pad1;
        public ushort Pad2;
        public int Index;
        public ushort State;
        public byte Flags;
        public byte Type;
    }

    internal static void Write(ref NetlinkWriter writer, Neighbor neighbor)
    {
        writer.WriteFixed(new Header
        {
            Family = (byte)KernelFamilies.Of(neighbor.Address.AddressFamily),
            Index = neighbor.LinkIndex,
            State = neighbor.State,
            Flags = neighbor.Flags,
        });
        writer.WriteAddress(NeighborAttribute.NDA_DST, neighbor.Address);
        if (neighbor.LinkLayerAddress.Length != 0)
            writer.WriteBytes(NeighborAttribute.NDA_LLADDR, neighbor.LinkLayerAddress);
        if (neighbor.Protocol != 0)
            writer.WriteUInt8(NeighborAttribute.NDA_PROTOCOL, neighbor.Protocol);
        if (neighbor.ExtendedFlags != 0)
            writer.WriteUInt32(NeighborAttribute.NDA_FLAGS_EXT, neighbor.ExtendedFlags);
    }

    internal static void WriteGet(ref NetlinkWriter writer, int linkIndex, IPAddress address)
    {
        writer.WriteFixed(new Header { Family = (byte)KernelFamilies.Of(address.AddressFamily), Index = linkIndex });
        writer.WriteAddress(NeighborAttribute.NDA_DST, address);
    }

    /// <summary>Strict checking wants the link to filter by in an attribute, and the header's index 0 (net/core/neighbour.c neigh_valid_dump_req).</summary>
    internal static void WriteList(ref NetlinkWriter writer, int linkIndex, NeighborFlags flags)
    {
        writer.WriteFixed(new Header { Flags = (byte)flags });
        if (linkIndex != 0 && flags == NeighborFlags.None)
            writer.WriteInt32(NeighborAttribute.NDA_IFINDEX, linkIndex);
    }

    /// <summary>Null for what is no IPv4 or IPv6 neighbour.</summary>
    internal static Neighbor? Read(NetlinkMessage message) => message.Type == NetlinkMessageType.RTM_NEWNEIGH ? ReadAny(message) : null;

    /// <summary>Of RTM_NEWNEIGH and RTM_DELNEIGH.</summary>
    internal static Neighbor? ReadAny(NetlinkMessage message)
    {
        var header = message.Header<Header>();
        if (KernelFamilies.ToAddressFamily(header.Family) is not { } family)
            return null;
        IPAddress? address = null;
        byte[] linkLayerAddress = [];
        byte protocol = 0;
        uint extendedFlags = 0;
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((NeighborAttribute)attribute.Type)
            {
                case NeighborAttribute.NDA_DST: address = attribute.Address; break;
                case NeighborAttribute.NDA_LLADDR: linkLayerAddress = attribute.Value.ToArray(); break;
                case NeighborAttribute.NDA_PROTOCOL: protocol = attribute.UInt8; break;
                case NeighborAttribute.NDA_FLAGS_EXT: extendedFlags = attribute.UInt32; break;
            }
        }

        if (address?.AddressFamily != family)
            return null;
        return new Neighbor
        {
            LinkIndex = header.Index,
            Address = address,
            LinkLayerAddress = linkLayerAddress,
            State = header.State,
            Flags = header.Flags,
            Protocol = protocol,
            ExtendedFlags = extendedFlags,
        };
    }
}
