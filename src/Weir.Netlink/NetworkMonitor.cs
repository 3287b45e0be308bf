using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Netlink;

/// <summary>Hears of every change of a namespace's network, as <c>ip monitor</c>.</summary>
public sealed class NetworkMonitor : IDisposable
{
    private static readonly (NetworkSubjects Subject, RouteGroup[] Groups)[] Groups =
    [
        (NetworkSubjects.Links, [RouteGroup.RTNLGRP_LINK]),
        (NetworkSubjects.Addresses, [RouteGroup.RTNLGRP_IPV4_IFADDR, RouteGroup.RTNLGRP_IPV6_IFADDR]),
        (NetworkSubjects.Routes, [RouteGroup.RTNLGRP_IPV4_ROUTE, RouteGroup.RTNLGRP_IPV6_ROUTE]),
        (NetworkSubjects.Rules, [RouteGroup.RTNLGRP_IPV4_RULE, RouteGroup.RTNLGRP_IPV6_RULE]),
        (NetworkSubjects.Neighbors, [RouteGroup.RTNLGRP_NEIGH]),
        (NetworkSubjects.NamespaceIds, [RouteGroup.RTNLGRP_NSID]),
    ];

    private readonly NetlinkSocket _socket;
    private readonly RouteSocket _lists;
    private readonly NetworkSubjects _subjects;
    private readonly byte[] _buffer = new byte[64 * 1024];

    private NetworkMonitor(NetlinkSocket socket, RouteSocket lists, NetworkSubjects subjects) => (_socket, _lists, _subjects) = (socket, lists, subjects);

    /// <summary>From here on nothing is missed: open it before listing what is there.</summary>
    /// <param name="ns">Where to listen; it may be disposed afterwards.</param>
    /// <param name="subjects">What to hear of.</param>
    public static NetworkMonitor Open(NetworkNamespace ns, NetworkSubjects subjects = NetworkSubjects.Links | NetworkSubjects.Addresses)
    {
        var socket = NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_ROUTE);
        try
        {
            foreach (var group in Groups.Where(entry => (entry.Subject & subjects) != 0).SelectMany(entry => entry.Groups))
                socket.Join((int)group);
            return new NetworkMonitor(socket, RouteSocket.Open(ns), subjects);
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
                // A datagram may hold nothing of what was asked for.
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

    /// <summary>All changes from <see cref="Open"/> on, until it is cancelled. It needs no thread of its own.</summary>
    /// <remarks>When the kernel's buffer overflowed there is one <see cref="ChangesLost"/>, then one <see cref="Relisted"/> with all there is,
    /// then what changed since. One reader at a time, and not beside <see cref="Read"/>.</remarks>
    public async IAsyncEnumerable<NetworkChange> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var waiting = new Socket(new SafeSocketHandle(_socket.Descriptor, ownsHandle: false));
        var peeked = new byte[1];
        while (true)
        {
            var lost = false;
            try
            {
                // Only to wait: what is there stays, and is read below with its sender checked.
                await waiting.ReceiveAsync(peeked, SocketFlags.Peek, cancellation);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.MessageSize or SocketError.NoBufferSpaceAvailable)
            {
                lost = exception.SocketErrorCode == SocketError.NoBufferSpaceAvailable;
            }

            if (lost)
            {
                yield return new ChangesLost();
                yield return List();
            }

            while (Read(TimeSpan.Zero) is { Count: > 0 } changes)
            {
                foreach (var change in changes)
                {
                    yield return change;
                    if (change is ChangesLost)
                        yield return List();
                }
            }

            cancellation.ThrowIfCancellationRequested();
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _lists.Dispose();
    }

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

    private Relisted List() => new()
    {
        Links = Wants(NetworkSubjects.Links) ? _lists.Links.List() : [],
        Addresses = Wants(NetworkSubjects.Addresses) ? _lists.Addresses.List() : [],
        Routes = Wants(NetworkSubjects.Routes) ? _lists.Routes.List() : [],
        Rules = Wants(NetworkSubjects.Rules) ? [.. _lists.Rules.List(AddressFamily.InterNetwork), .. _lists.Rules.List(AddressFamily.InterNetworkV6)] : [],
        Neighbors = Wants(NetworkSubjects.Neighbors) ? _lists.Neighbors.List() : [],
        NamespaceIds = Wants(NetworkSubjects.NamespaceIds) ? _lists.NamespaceIds.List() : [],
    };

    private bool Wants(NetworkSubjects subject) => (_subjects & subject) != 0;

    private static NetworkChange? Read(NetlinkMessage message) => message.Type switch
    {
        // A bridge tells of its ports in the same types, under its own family: DELLINK then means that the port left it.
        NetlinkMessageType.RTM_NEWLINK or NetlinkMessageType.RTM_DELLINK when message.Header<LinkMessage.Header>().Family != (byte)KernelFamily.AF_UNSPEC => null,
        NetlinkMessageType.RTM_NEWLINK => new LinkChanged(LinkMessage.ReadAny(message)),
        NetlinkMessageType.RTM_DELLINK => new LinkGone(LinkMessage.ReadAny(message)),
        NetlinkMessageType.RTM_NEWADDR => AddressMessage.ReadAny(message) is { } address ? new AddressAdded(address) : null,
        NetlinkMessageType.RTM_DELADDR => AddressMessage.ReadAny(message) is { } address ? new AddressGone(address) : null,
        NetlinkMessageType.RTM_NEWROUTE => RouteMessage.ReadAny(message) is { } route ? new RouteAdded(route) : null,
        NetlinkMessageType.RTM_DELROUTE => RouteMessage.ReadAny(message) is { } route ? new RouteGone(route) : null,
        NetlinkMessageType.RTM_NEWRULE => RuleMessage.Read(message) is { } rule ? new RuleAdded(rule) : null,
        NetlinkMessageType.RTM_DELRULE => RuleMessage.Read(message) is { } rule ? new RuleGone(rule) : null,
        NetlinkMessageType.RTM_NEWNEIGH => NeighborMessage.ReadAny(message) is { } neighbor ? new NeighborChanged(neighbor) : null,
        NetlinkMessageType.RTM_DELNEIGH => NeighborMessage.ReadAny(message) is { } neighbor ? new NeighborGone(neighbor) : null,
        NetlinkMessageType.RTM_NEWNSID => NamespaceIds.ReadId(message) is { } id ? new NamespaceIdAdded(id) : null,
        NetlinkMessageType.RTM_DELNSID => NamespaceIds.ReadId(message) is { } id ? new NamespaceIdGone(id) : null,
        _ => null,
    };
}
