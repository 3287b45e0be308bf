using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary>Something of traffic control that came, changed or went.</summary>
public abstract record TrafficControlChange(bool Gone);

public sealed record QdiscChange(Qdisc Qdisc, bool Gone) : TrafficControlChange(Gone);

public sealed record ClassChange(TrafficClass Class, bool Gone) : TrafficControlChange(Gone);

public sealed record FilterChange(Filter Filter, bool Gone) : TrafficControlChange(Gone);

/// <summary>The kernel had more to say than the socket's buffer holds: list again.</summary>
public sealed record TrafficControlChangesLost() : TrafficControlChange(Gone: false);

/// <summary>Hears of every change of a namespace's qdiscs, classes and filters, as <c>tc monitor</c>.</summary>
public sealed class TrafficControlMonitor : IDisposable
{
    private readonly NetlinkSocket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];

    private TrafficControlMonitor(NetlinkSocket socket) => _socket = socket;

    /// <summary>From here on nothing is missed: open it before listing what is there.</summary>
    public static TrafficControlMonitor Open(NetworkNamespace ns)
    {
        var socket = NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_ROUTE);
        try
        {
            socket.Join((int)RouteGroup.RTNLGRP_TC);
            return new TrafficControlMonitor(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next changes, at most so long.</summary>
    /// <returns>Empty when the time passed without any.</returns>
    public IReadOnlyList<TrafficControlChange> Read(TimeSpan wait)
    {
        try
        {
            return Parse(_buffer.AsSpan(0, _socket.TryReceive(_buffer, wait)));
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOBUFS)
        {
            return [new TrafficControlChangesLost()];
        }
    }

    public void Dispose() => _socket.Dispose();

    internal static List<TrafficControlChange> Parse(ReadOnlySpan<byte> datagram)
    {
        var changes = new List<TrafficControlChange>();
        while (!datagram.IsEmpty)
        {
            if (!NetlinkMessage.TryTake(ref datagram, out var message))
            {
                changes.Add(new TrafficControlChangesLost());
                break;
            }

            TrafficControlChange? change = message.Type switch
            {
                NetlinkMessageType.RTM_NEWQDISC or NetlinkMessageType.RTM_DELQDISC => new QdiscChange(QdiscMessage.ReadAny(message), message.Type == NetlinkMessageType.RTM_DELQDISC),
                NetlinkMessageType.RTM_NEWTCLASS or NetlinkMessageType.RTM_DELTCLASS => new ClassChange(TrafficClassMessage.ReadAny(message), message.Type == NetlinkMessageType.RTM_DELTCLASS),
                NetlinkMessageType.RTM_NEWTFILTER or NetlinkMessageType.RTM_DELTFILTER => new FilterChange(FilterMessage.ReadAny(message), message.Type == NetlinkMessageType.RTM_DELTFILTER),
                _ => null,
            };
            if (change is not null)
                changes.Add(change);
        }

        return changes;
    }
}
