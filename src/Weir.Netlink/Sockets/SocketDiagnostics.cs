using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Sockets;

/// <summary><c>ss</c>: one NETLINK_SOCK_DIAG socket, made in a namespace, to see and to end the sockets of that namespace.</summary>
public sealed class SocketDiagnostics : IDisposable
{
    private readonly NetlinkExchange _exchange;

    /// <summary>Over any transport; <see cref="Open"/> is the way to the kernel.</summary>
    public SocketDiagnostics(INetlinkTransport transport) => _exchange = new NetlinkExchange(transport);

    public static SocketDiagnostics Open(NetworkNamespace ns) => new(NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_SOCK_DIAG));

    /// <summary>Sockets of a protocol and a family, in the kernel's order; of both families, IPv4 first, with Unspecified.</summary>
    /// <exception cref="NetlinkException">ENOENT: this kernel can't list sockets of the protocol.</exception>
    public IReadOnlyList<InternetSocket> List(SocketProtocol protocol, SocketStates states = SocketStates.All, AddressFamily family = AddressFamily.Unspecified)
    {
        if (family == AddressFamily.Unspecified)
            return [.. List(protocol, states, AddressFamily.InterNetwork), .. List(protocol, states, AddressFamily.InterNetworkV6)];
        var writer = _exchange.Begin();
        SocketMessage.WriteList(ref writer, protocol, family, states);
        var operation = $"list {protocol} sockets";
        try
        {
            return _exchange.Dump(operation, writer, (NetlinkMessageType)SocketMessageType.SOCK_DIAG_BY_FAMILY, message => SocketMessage.Read(message, protocol));
        }
        catch (NetlinkException exception) when (exception is { Errno: (int)Errno.ENOENT, ExtendedAck: "" })
        {
            throw new NetlinkException(operation, exception.Errno, $"this kernel can't list them (CONFIG_INET_{(protocol == SocketProtocol.UdpLite ? "UDP" : protocol.ToString().ToUpperInvariant())}_DIAG)", request: exception.Request);
        }
    }

    /// <summary>Sockets between processes of this namespace.</summary>
    public IReadOnlyList<UnixSocket> ListUnix(SocketStates states = SocketStates.All)
    {
        var writer = _exchange.Begin();
        SocketMessage.WriteUnixList(ref writer, states);
        return _exchange.Dump("list unix sockets", writer, (NetlinkMessageType)SocketMessageType.SOCK_DIAG_BY_FAMILY, SocketMessage.ReadUnix);
    }

    /// <summary>The socket that a packet from <paramref name="remote"/> to <paramref name="local"/> would reach, a listening one too; null when there is none.</summary>
    public InternetSocket? Get(SocketProtocol protocol, IPEndPoint local, IPEndPoint remote)
    {
        InternetSocket? found = null;
        var writer = _exchange.Begin();
        SocketMessage.WriteName(ref writer, protocol, local, remote, 0, null);
        try
        {
            _exchange.Get($"get the {protocol} socket {local}", writer, (NetlinkMessageType)SocketMessageType.SOCK_DIAG_BY_FAMILY, message => found ??= SocketMessage.Read(message, protocol));
            return found;
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Ends a socket: its program gets ECONNABORTED, and a TCP peer a reset. Just this one, by its cookie.</summary>
    /// <exception cref="NetlinkException">ENOENT: it is gone; EOPNOTSUPP: the kernel is without CONFIG_INET_DIAG_DESTROY.</exception>
    public void Destroy(InternetSocket socket)
    {
        var writer = _exchange.Begin();
        SocketMessage.WriteName(ref writer, socket.Protocol, socket.Local, socket.Remote, socket.LinkIndex, socket.Cookie);
        _exchange.Change($"destroy the {socket.Protocol} socket {socket.Local}", writer, (NetlinkMessageType)SocketMessageType.SOCK_DESTROY);
    }

    public void Dispose() => _exchange.Dispose();
}
