using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Netlink;

/// <summary>Hears of every change of a namespace's links and addresses, as <c>ip monitor link address</c>.</summary>
public sealed class NetworkMonitor : IDisposable
{
    private readonly NetlinkSocket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];

    private NetworkMonitor(NetlinkSocket socket) => _socket = socket;

    /// <summary>From here on nothing is missed: open it before listing what is there.</summary>
    public static NetworkMonitor Open(NetworkNamespace ns)
    {
        var socket = NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_ROUTE);
        try
        {
            socket.Join((int)RouteGroup.RTNLGRP_LINK);
            socket.Join((int)RouteGroup.RTNLGRP_IPV4_IFADDR);
            socket.Join((int)RouteGroup.RTNLGRP_IPV6_IFADDR);
            return new NetworkMonitor(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next changes, at most so long.</summary>
    /// <returns>Empty when the time passed without any.</returns>
    public IReadOnlyList<NetworkChange> Read(TimeSpan wait)
    {
        var end = MonotonicClock.Now + wait;
        try
        {
            while (true)
            {
                var left = end - MonotonicClock.Now;
                var length = _socket.TryReceive(_buffer, left > TimeSpan.Zero ? left : TimeSpan.Zero);
                // A datagram may hold nothing of links and addresses.
                var changes = Parse(_buffer.AsSpan(0, length));
                if (changes.Count > 0 || length == 0)
                    return changes;
            }
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOBUFS)
        {
            return [new ChangesLost()];
        }
    }

    public void Dispose() => _socket.Dispose();

    internal static List<NetworkChange> Parse(ReadOnlySpan<byte> datagram)
    {
        var changes = new List<NetworkChange>();
        while (!datagram.IsEmpty)
        {
            if (!NetlinkMessage.TryTake(ref datagram, out var message))
            {
                changes.Add(new ChangesLost());
                break;
            }

            if (Read(message) is { } change)
                changes.Add(change);
        }

        return changes;
    }

    private static NetworkChange? Read(NetlinkMessage message) => message.Type switch
    {
        // A bridge tells of its ports in the same types, under its own family: DELLINK then means that the port left it.
        NetlinkMessageType.RTM_NEWLINK or NetlinkMessageType.RTM_DELLINK when message.Header<LinkMessage.Header>().Family != (byte)KernelFamily.AF_UNSPEC => null,
        NetlinkMessageType.RTM_NEWLINK => new LinkChanged(LinkMessage.ReadAny(message)),
        NetlinkMessageType.RTM_DELLINK => new LinkGone(LinkMessage.ReadAny(message)),
        NetlinkMessageType.RTM_NEWADDR => AddressMessage.ReadAny(message) is { } address ? new AddressAdded(address) : null,
        NetlinkMessageType.RTM_DELADDR => AddressMessage.ReadAny(message) is { } address ? new AddressGone(address) : null,
        _ => null,
    };
}
