using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Netlink.Sockets;

/// <summary>How sockets look on the wire: fixed structures of inet_diag.h and unix_diag.h, then attributes. Ports and addresses are in network order, all else in the host's.</summary>
internal static class SocketMessage
{
    private const byte Unix = 1;
    private const byte AllExtensions = 0xff;
    private const uint AnyCookie = uint.MaxValue;

    [InlineArray(16)]
    internal struct Address
    {
        private byte _first;
    }

    /// <summary>struct inet_diag_sockid, 48 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Id
    {
        public ushort SourcePort;
        public ushort DestinationPort;
        public Address Source;
        public Address Destination;
        public uint Link;
        public uint CookieLow;
        public uint CookieHigh;
    }

    /// <summary>struct inet_diag_req_v2, 56 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Request
    {
        public byte Family;
        public byte Protocol;
        public byte Extensions;
        public byte Pad;
        public uint States;
        public Id Id;
    }

    /// <summary>struct inet_diag_msg, 72 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Reply
    {
        public byte Family;
        public byte State;
        public byte Timer;
        public byte Retransmits;
        public Id Id;
        public uint Expires;
        public uint ReceiveQueue;
        public uint SendQueue;
        public uint User;
        public uint Inode;
    }

    /// <summary>struct unix_diag_req, 24 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct UnixRequest
    {
        public byte Family;
        public byte Protocol;
        public ushort Pad;
        public uint States;
        public uint Inode;
        public uint Show;
        public uint CookieLow;
        public uint CookieHigh;
    }

    /// <summary>struct unix_diag_msg, 16 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct UnixReply
    {
        public byte Family;
        public byte Type;
        public byte State;
        public byte Pad;
        public uint Inode;
        public uint CookieLow;
        public uint CookieHigh;
    }

    internal static void WriteList(ref NetlinkWriter writer, SocketProtocol protocol, AddressFamily family, SocketStates states) => writer.WriteFixed(new Request
    {
        Family = (byte)KernelFamilies.Of(family),
        Protocol = (byte)protocol,
        Extensions = AllExtensions,
        States = (uint)states,
        Id = new Id { CookieLow = AnyCookie, CookieHigh = AnyCookie },
    });

    /// <summary>Names one socket; without a cookie whichever has these addresses now.</summary>
    internal static void WriteName(ref NetlinkWriter writer, SocketProtocol protocol, IPEndPoint local, IPEndPoint remote, int link, ulong? cookie)
    {
        var request = new Request
        {
            Family = (byte)KernelFamilies.Of(local.AddressFamily),
            Protocol = (byte)protocol,
            Extensions = AllExtensions,
            States = (uint)SocketStates.All,
            Id = new Id
            {
                SourcePort = BinaryPrimitives.ReverseEndianness((ushort)local.Port),
                DestinationPort = BinaryPrimitives.ReverseEndianness((ushort)remote.Port),
                Link = (uint)link,
                CookieLow = cookie is { } low ? (uint)low : AnyCookie,
                CookieHigh = cookie is { } high ? (uint)(high >> 32) : AnyCookie,
            },
        };
        local.Address.TryWriteBytes(request.Id.Source, out _);
        remote.Address.TryWriteBytes(request.Id.Destination, out _);
        writer.WriteFixed(request);
    }

    internal static void WriteUnixList(ref NetlinkWriter writer, SocketStates states) => writer.WriteFixed(new UnixRequest
    {
        Family = Unix,
        States = (uint)states,
        Show = (uint)(UnixShow.UDIAG_SHOW_NAME | UnixShow.UDIAG_SHOW_PEER | UnixShow.UDIAG_SHOW_RQLEN | UnixShow.UDIAG_SHOW_MEMINFO | UnixShow.UDIAG_SHOW_UID),
        CookieLow = AnyCookie,
        CookieHigh = AnyCookie,
    });

    /// <summary>Null for a message that is no socket of the internet's families.</summary>
    internal static InternetSocket? Read(NetlinkMessage message, SocketProtocol protocol)
    {
        var reply = message.Header<Reply>();
        if ((SocketMessageType)message.Type != SocketMessageType.SOCK_DIAG_BY_FAMILY || KernelFamilies.ToAddressFamily(reply.Family) is not { } family)
            return null;
        var socket = new InternetSocket
        {
            Protocol = protocol,
            State = (SocketState)reply.State,
            Local = EndPoint(family, reply.Id.Source, reply.Id.SourcePort),
            Remote = EndPoint(family, reply.Id.Destination, reply.Id.DestinationPort),
            LinkIndex = (int)reply.Id.Link,
            Cookie = ((ulong)reply.Id.CookieHigh << 32) | reply.Id.CookieLow,
            ReceiveQueue = reply.ReceiveQueue,
            SendQueue = reply.SendQueue,
            UserId = reply.User,
            Inode = reply.Inode,
            Timer = reply.Timer,
            TimerLeft = TimeSpan.FromMilliseconds(reply.Expires),
            Retransmits = reply.Retransmits,
        };
        foreach (var attribute in message.Attributes<Reply>())
            socket = Read(socket, attribute);
        return socket;
    }

    /// <summary>Null for a message that is no such socket.</summary>
    internal static UnixSocket? ReadUnix(NetlinkMessage message)
    {
        var reply = message.Header<UnixReply>();
        if ((SocketMessageType)message.Type != SocketMessageType.SOCK_DIAG_BY_FAMILY || reply.Family != Unix)
            return null;
        var socket = new UnixSocket
        {
            Type = reply.Type,
            State = (SocketState)reply.State,
            Inode = reply.Inode,
            Cookie = ((ulong)reply.CookieHigh << 32) | reply.CookieLow,
        };
        foreach (var attribute in message.Attributes<UnixReply>())
            socket = Read(socket, attribute);
        return socket;
    }

    private static IPEndPoint EndPoint(AddressFamily family, ReadOnlySpan<byte> address, ushort port) =>
        new(new IPAddress(family == AddressFamily.InterNetwork ? address[..4] : address), BinaryPrimitives.ReverseEndianness(port));

    private static InternetSocket Read(InternetSocket socket, NetlinkAttribute attribute) => (SocketAttribute)attribute.Type switch
    {
        SocketAttribute.INET_DIAG_SKMEMINFO => socket with { Memory = SocketMemory.Read(attribute) },
        SocketAttribute.INET_DIAG_INFO when socket.Protocol == SocketProtocol.Tcp => socket with { Tcp = TcpInformation.Read(attribute) },
        SocketAttribute.INET_DIAG_CONG => socket with { CongestionControl = attribute.Text },
        SocketAttribute.INET_DIAG_TOS => socket with { TypeOfService = attribute.UInt8 },
        SocketAttribute.INET_DIAG_TCLASS => socket with { TrafficClass = attribute.UInt8 },
        SocketAttribute.INET_DIAG_SHUTDOWN => socket with { Shutdown = attribute.UInt8 },
        SocketAttribute.INET_DIAG_SKV6ONLY => socket with { Ipv6Only = attribute.UInt8 != 0 },
        SocketAttribute.INET_DIAG_MARK => socket with { Mark = attribute.UInt32 },
        SocketAttribute.INET_DIAG_CGROUP_ID => socket with { CgroupId = attribute.UInt64 },
        _ => socket,
    };

    private static UnixSocket Read(UnixSocket socket, NetlinkAttribute attribute) => (UnixSocketAttribute)attribute.Type switch
    {
        UnixSocketAttribute.UNIX_DIAG_NAME => socket with { Name = Name(attribute.Value) },
        UnixSocketAttribute.UNIX_DIAG_PEER => socket with { PeerInode = attribute.UInt32 },
        UnixSocketAttribute.UNIX_DIAG_RQLEN => socket with { ReceiveQueue = attribute.Read<uint>(0), SendQueue = attribute.Read<uint>(4) },
        UnixSocketAttribute.UNIX_DIAG_MEMINFO => socket with { Memory = SocketMemory.Read(attribute) },
        UnixSocketAttribute.UNIX_DIAG_SHUTDOWN => socket with { Shutdown = attribute.UInt8 },
        UnixSocketAttribute.UNIX_DIAG_UID => socket with { UserId = attribute.UInt32 },
        _ => socket,
    };

    /// <summary>A name that begins with NUL has no file; its bytes may hold more of them.</summary>
    private static string Name(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return "";
        if (value[0] == 0)
            return Encoding.UTF8.GetString(value).Replace('\0', '@');
        var end = value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? value : value[..end]);
    }
}
