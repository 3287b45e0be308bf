using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nfnetlink.h: enum nfnetlink_groups.</summary>
internal enum NftGroup
{
    NFNLGRP_NFTABLES = 7,
    NFNLGRP_NFTRACE = 9,
}

/// <summary>What an <see cref="NftMonitor"/> hears of.</summary>
[Flags]
public enum NftSubjects
{
    None = 0,

    /// <summary><c>nft monitor</c>.</summary>
    Changes = 1,

    /// <summary><c>nft monitor trace</c>: packets with <c>meta nftrace set 1</c>, or <c>iptables -j TRACE</c>.</summary>
    Traces = 2,
}

/// <summary>Hears of every change of a namespace's nf_tables, and of the packets that are traced.</summary>
public sealed class NftMonitor : IDisposable
{
    private readonly NetlinkSocket _socket;
    private readonly NftSocket _lists;
    private readonly NftSubjects _subjects;
    private readonly NameCache _names = new();
    private readonly byte[] _buffer = new byte[128 * 1024];

    private NftMonitor(NetlinkSocket socket, NftSocket lists, NftSubjects subjects) => (_socket, _lists, _subjects) = (socket, lists, subjects);

    /// <summary>From here on nothing is missed: open it before listing what is there.</summary>
    /// <param name="ns">Where to listen; it may be disposed afterwards.</param>
    /// <param name="subjects">What to hear of.</param>
    /// <param name="receiveBuffer">Bytes of events that may wait to be read, where the process may choose.</param>
    public static NftMonitor Open(NetworkNamespace ns, NftSubjects subjects = NftSubjects.Changes, int receiveBuffer = 8 << 20)
    {
        var socket = NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_NETFILTER);
        try
        {
            socket.Reserve(0, receiveBuffer);
            if ((subjects & NftSubjects.Changes) != 0)
                socket.Join((int)NftGroup.NFNLGRP_NFTABLES);
            if ((subjects & NftSubjects.Traces) != 0)
                socket.Join((int)NftGroup.NFNLGRP_NFTRACE);
            return new NftMonitor(socket, NftSocket.Open(ns), subjects);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next events, at most so long.</summary>
    /// <returns>Empty when the time passed without any.</returns>
    public IReadOnlyList<NftEvent> Read(TimeSpan wait)
    {
        var end = MonotonicClock.Now + wait;
        try
        {
            while (true)
            {
                var left = end - MonotonicClock.Now;
                var length = _socket.TryReceive(_buffer, left > TimeSpan.Zero ? left : TimeSpan.Zero);
                // A datagram may hold nothing that is known.
                var events = Parse(_buffer.AsSpan(0, length), _names);
                if (events.Count > 0 || length == 0)
                    return events;
            }
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOBUFS)
        {
            return [new NftEventsLost()];
        }
    }

    /// <summary>All events from <see cref="Open"/> on, until it is cancelled. It needs no thread of its own.</summary>
    /// <remarks>When the kernel's buffer overflowed there is one <see cref="NftEventsLost"/>, then, if changes are heard of, one
    /// <see cref="NftRelisted"/>. One reader at a time, and not beside <see cref="Read"/>.</remarks>
    public async IAsyncEnumerable<NftEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
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
                yield return new NftEventsLost();
                if (Relist() is { } now)
                    yield return now;
            }

            while (Read(TimeSpan.Zero) is { Count: > 0 } events)
            {
                foreach (var happened in events)
                {
                    yield return happened;
                    if (happened is NftEventsLost && Relist() is { } now)
                        yield return now;
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

    internal static List<NftEvent> Parse(ReadOnlySpan<byte> datagram, NameCache names)
    {
        var events = new List<NftEvent>();
        while (!datagram.IsEmpty)
        {
            if (!NetlinkMessage.TryTake(ref datagram, out var message))
            {
                events.Add(new NftEventsLost());
                break;
            }

            if (Read(message, names) is { } happened)
                events.Add(happened);
        }

        return events;
    }

    private NftRelisted? Relist() => (_subjects & NftSubjects.Changes) != 0 ? new NftRelisted(_lists.Read()) : null;

    private static NftEvent? Read(NetlinkMessage message, NameCache names) => (NftMessageType)message.Type switch
    {
        NftMessageType.NFT_MSG_NEWTABLE => Table(NftEventKind.Added, message, names),
        NftMessageType.NFT_MSG_DELTABLE => Table(NftEventKind.Deleted, message, names),
        NftMessageType.NFT_MSG_NEWCHAIN => Chain(NftEventKind.Added, message, names),
        NftMessageType.NFT_MSG_DELCHAIN => Chain(NftEventKind.Deleted, message, names),
        NftMessageType.NFT_MSG_NEWRULE => Rule(NftEventKind.Added, message, names),
        NftMessageType.NFT_MSG_DELRULE => Rule(NftEventKind.Deleted, message, names),
        NftMessageType.NFT_MSG_NEWSET => Set(NftEventKind.Added, message, names),
        NftMessageType.NFT_MSG_DELSET => Set(NftEventKind.Deleted, message, names),
        NftMessageType.NFT_MSG_NEWSETELEM => NftElementMessage.ReadEvent(NftEventKind.Added, message, names),
        NftMessageType.NFT_MSG_DELSETELEM => NftElementMessage.ReadEvent(NftEventKind.Deleted, message, names),
        NftMessageType.NFT_MSG_NEWOBJ => Object(NftEventKind.Added, message, names),
        NftMessageType.NFT_MSG_DELOBJ => Object(NftEventKind.Deleted, message, names),
        NftMessageType.NFT_MSG_NEWFLOWTABLE => FlowTable(NftEventKind.Added, message, names),
        NftMessageType.NFT_MSG_DELFLOWTABLE => FlowTable(NftEventKind.Deleted, message, names),
        NftMessageType.NFT_MSG_NEWGEN => Generation(message),
        NftMessageType.NFT_MSG_TRACE => NftTraceMessage.Read(message, names),
        _ => null,
    };

    private static NftTableEvent? Table(NftEventKind kind, NetlinkMessage message, NameCache names) =>
        NftTableMessage.Read(message, names) is { } table ? new NftTableEvent(kind, table) : null;

    private static NftChainEvent? Chain(NftEventKind kind, NetlinkMessage message, NameCache names) =>
        NftChainMessage.Read(message, names) is { } chain ? new NftChainEvent(kind, chain) : null;

    private static NftRuleEvent? Rule(NftEventKind kind, NetlinkMessage message, NameCache names) =>
        NftRuleMessage.Read(message, names) is { } rule ? new NftRuleEvent(kind, rule) : null;

    private static NftSetEvent? Set(NftEventKind kind, NetlinkMessage message, NameCache names) =>
        NftSetMessage.Read(message, names) is { } set ? new NftSetEvent(kind, set) : null;

    private static NftObjectEvent? Object(NftEventKind kind, NetlinkMessage message, NameCache names) =>
        NftObjectMessage.Read(message, names) is { } value ? new NftObjectEvent(kind, value) : null;

    private static NftFlowTableEvent? FlowTable(NftEventKind kind, NetlinkMessage message, NameCache names) =>
        NftFlowTableMessage.Read(message, names) is { } table ? new NftFlowTableEvent(kind, table) : null;

    private static NftGenerationEvent Generation(NetlinkMessage message)
    {
        var generation = new NftGenerationEvent(0, 0, "");
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            generation = (GenerationAttribute)attribute.Type switch
            {
                GenerationAttribute.NFTA_GEN_ID => generation with { Generation = attribute.UInt32BigEndian() },
                GenerationAttribute.NFTA_GEN_PROC_PID => generation with { ProcessId = attribute.UInt32BigEndian() },
                GenerationAttribute.NFTA_GEN_PROC_NAME => generation with { ProcessName = attribute.Text },
                _ => generation,
            };
        }

        return generation;
    }
}
