using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Conntrack;

/// <summary>Hears of connections as they begin, change and end: <c>conntrack -E</c>.</summary>
public sealed class ConntrackMonitor : IDisposable
{
    private const ushort Create = (ushort)NewFlags.NLM_F_CREATE;

    private readonly NetlinkSocket _netlink;
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];

    private ConntrackMonitor(NetlinkSocket netlink)
    {
        _netlink = netlink;
        _socket = netlink.Asynchronous();
    }

    /// <summary>From here on nothing is missed: open it before listing what is there.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="receiveBuffer">Bytes of events that may wait to be read.</param>
    public static ConntrackMonitor Open(NetworkNamespace ns, int receiveBuffer = 8 << 20)
    {
        var socket = NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_NETFILTER);
        try
        {
            socket.SetReceiveBuffer(receiveBuffer);
            socket.Join((int)ConntrackGroup.NFNLGRP_CONNTRACK_NEW);
            socket.Join((int)ConntrackGroup.NFNLGRP_CONNTRACK_UPDATE);
            socket.Join((int)ConntrackGroup.NFNLGRP_CONNTRACK_DESTROY);
            return new ConntrackMonitor(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Events in their order, for ever; <see cref="ConntrackEventsLost"/> where some are missing. One reader at a time.</summary>
    public async IAsyncEnumerable<ConntrackEvent> Read([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            foreach (var happened in await ReadSome(cancellation))
                yield return happened;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _netlink.Dispose();
    }

    /// <summary>The events of a datagram; one that is no message at all counts as lost.</summary>
    internal static List<ConntrackEvent> Parse(ReadOnlySpan<byte> datagram)
    {
        var events = new List<ConntrackEvent>();
        while (!datagram.IsEmpty)
        {
            if (!NetlinkMessage.TryTake(ref datagram, out var message))
            {
                events.Add(new ConntrackEventsLost());
                break;
            }

            if (ConntrackMessage.Read(message) is { } entry)
            {
                events.Add((ConntrackMessageType)message.Type == ConntrackMessageType.IPCTNL_MSG_CT_DELETE ? new ConntrackDestroyed(entry)
                    : (message.Flags & Create) != 0 ? new ConntrackCreated(entry) : new ConntrackChanged(entry));
            }
        }

        return events;
    }

    private async Task<List<ConntrackEvent>> ReadSome(CancellationToken cancellation)
    {
        try
        {
            // Only a process with CAP_NET_ADMIN can send to this socket; the kernel is the only one that does.
            var length = await _socket.ReceiveAsync(_buffer, SocketFlags.None, cancellation);
            return Parse(_buffer.AsSpan(0, length));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
        {
            return [new ConntrackEventsLost()];
        }
    }
}
