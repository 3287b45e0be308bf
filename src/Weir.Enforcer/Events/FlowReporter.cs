using Weir.Enforcer.Sessions;
using Weir.Packets;
using Weir.Policy;

namespace Weir.Enforcer.Events;

/// <summary>Turns sessions and drops into events. When the reader is slow, a session's news waits in the session itself.</summary>
internal sealed class FlowReporter(EventQueue queue, ulong idBase, TimeSpan interval)
{
    private const int MaxBacklog = 4096;
    private const int DropEntries = 4096;

    private readonly Queue<FlowEvent> _backlog = new(MaxBacklog);
    private readonly DropTable _drops = new(DropEntries, interval);

    /// <summary>Opened or updated: whichever the reader has to hear.</summary>
    public void Tell(ref Session session, string? serverName, TimeSpan now)
    {
        FlowEventKind kind = session.Has(SessionFlags.Untold) ? FlowEventKind.Opened : FlowEventKind.Updated;
        session.LastEvent = now;
        if (!queue.TryWrite(EventOf(session, serverName, kind, now)))
        {
            queue.CountMerged();
            return;
        }
        session.Clear(SessionFlags.Untold | SessionFlags.Changed);
        session.FromClient.ForgetPending();
        session.FromServer.ForgetPending();
    }

    public void TellClosed(in Session session, string? serverName, TimeSpan now) => TellFirmly(EventOf(session, serverName, FlowEventKind.Closed, now));

    public void TellDropped(in DropKey key, ushort clientPort, int bytes, TimeSpan now)
    {
        if (_drops.Add(key, clientPort, bytes, now, out DropReport report))
            TellFirmly(EventOf(report, now));
    }

    /// <summary>Tells what had to wait, a little at each turn.</summary>
    public void Flush(TimeSpan now)
    {
        while (_backlog.Count > 0 && queue.TryWrite(_backlog.Peek()))
            _backlog.Dequeue();
        while (_drops.TryFlush(now, 64, out DropReport report))
            TellFirmly(EventOf(report, now));
    }

    private void TellFirmly(in FlowEvent flowEvent)
    {
        if (queue.TryWrite(flowEvent))
            return;
        if (_backlog.Count < MaxBacklog)
            _backlog.Enqueue(flowEvent);
        else
            queue.CountLost();
    }

    private FlowEvent EventOf(in Session session, string? serverName, FlowEventKind kind, TimeSpan now) => new()
    {
        Kind = kind,
        Session = idBase | session.Id,
        PortId = session.PortId,
        Direction = session.Direction,
        Client = session.Client,
        Server = session.Server,
        ClientPort = session.ClientPort,
        ServerPort = HasPorts(session.Protocol) ? session.ServerPort : (ushort)0,
        Protocol = session.Protocol,
        Application = session.Application,
        ApplicationIsFinal = session.Has(SessionFlags.ApplicationFinal),
        ServerName = serverName,
        Decision = session.Decision,
        DropReason = session.Blocked,
        ClientPackets = session.FromClient.PendingPackets,
        ClientBytes = session.FromClient.PendingBytes,
        ServerPackets = session.FromServer.PendingPackets,
        ServerBytes = session.FromServer.PendingBytes,
        Settled = session.Has(SessionFlags.Settled),
        Time = now,
    };

    private static FlowEvent EventOf(in DropReport report, TimeSpan now) => new()
    {
        Kind = FlowEventKind.Dropped,
        PortId = report.Key.PortId,
        Direction = report.Key.Direction,
        Client = report.Key.Client,
        Server = report.Key.Server,
        ClientPort = report.ClientPort,
        ServerPort = report.Key.ServerPort,
        Protocol = report.Key.Protocol,
        Decision = report.Key.Decision,
        DropReason = report.Key.Reason,
        PacketError = report.Key.Error,
        ClientPackets = report.Packets,
        ClientBytes = report.Bytes,
        Time = now,
    };

    private static bool HasPorts(byte protocol) => protocol is IpProtocol.IPPROTO_TCP or IpProtocol.IPPROTO_UDP;
}
