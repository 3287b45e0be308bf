using Weir.Enforcer.Events;
using Weir.Enforcer.Fragments;
using Weir.Enforcer.Identification;
using Weir.Enforcer.Sessions;
using Weir.Packets;
using Weir.Packets.Rewriting;
using Weir.Policy;

namespace Weir.Enforcer.Datapath;

/// <summary>The engine of one packet loop: a frame goes in, a verdict comes out. No I/O, no clock, no allocation when warm.</summary>
/// <remarks>
/// <code>
/// frame ─1─ layers ─2─ fragment ─3─ session ─4─ policy ─5─ TCP state ─6─ application ─7─ settle ─8─ tell
/// </code>
/// A step that drops the frame names the reason; what is wrong with a frame rather than forbidden by the policy
/// (<see cref="Refuse"/>) is dropped in protect mode only. A tap's verdicts are without effect, so it never denies: a denial is a violation there.
/// </remarks>
internal sealed class FrameProcessor
{
    private const int FragmentEntries = 4096;
    private const int Buffers = 1024;
    private const int VisitsPerTurn = 1024;

    private readonly EnforcerOptions _options;
    private readonly bool _isTap;
    private readonly IFrameSink? _sink;
    private readonly SessionTable _table;
    private readonly SessionSettler _settler;
    private readonly FlowReporter _reporter;
    private readonly ApplicationTracker _applications = new(Buffers);
    private readonly FragmentTable _fragments;
    private readonly WatchedPort?[] _ports = new WatchedPort?[ushort.MaxValue + 1];
    private readonly byte[] _reset = new byte[TcpReset.MaxSize];
    private PolicyModel? _model;
    private uint _generation;
    private bool _rejected;

    /// <param name="sink">Where resets go; null: a tap, which only looks.</param>
    public FrameProcessor(EnforcerOptions options, EventQueue events, ISettledSessions? settled, IFrameSink? sink, TimeSpan now, ulong idBase = 0)
    {
        _options = options;
        _isTap = sink is null;
        _sink = sink;
        _table = new SessionTable(options.MaxSessions, options.MaxHalfOpenPerSource, now);
        _settler = new SessionSettler(settled, Counters);
        _reporter = new FlowReporter(events, idBase, options.UpdateInterval);
        _fragments = new FragmentTable(FragmentEntries, options.Timeouts.Fragment);
    }

    public DatapathCounters Counters { get; } = new();

    public SessionTable Table => _table;

    public void AddPort(EnforcerPort port)
    {
        var watched = new WatchedPort(port);
        watched.Use(_model);
        _ports[port.Id] = watched;
    }

    /// <summary>Forgets the port and closes its sessions.</summary>
    public void RemovePort(ushort portId, TimeSpan now)
    {
        _ports[portId] = null;
        for (int index = 0; index < _table.Limit; index++)
        {
            if (_table[index].Id != 0 && _table[index].PortId == portId)
                Close(index, now);
        }
    }

    /// <summary>The policy from now on. Sessions notice by its generation on their next frame.</summary>
    public void Use(PolicyModel? model)
    {
        if (ReferenceEquals(model, _model))
            return;
        _model = model;
        _generation = model?.Generation ?? 0;
        foreach (WatchedPort? port in _ports)
            port?.Use(model);
    }

    /// <summary>A frame from the pipe: its marker address says whose it is and which way it goes.</summary>
    public Verdict ReceiveInline(ReadOnlySpan<byte> frame, TimeSpan now)
    {
        if (!PortMarker.TryRead(frame, out ushort portId, out bool fromWorkload) || _ports[portId] is not { } port)
        {
            Counters.CountFrame(frame.Length);
            Counters.CountDropped(DropReason.UnknownPort);
            return Verdict.Drop;
        }
        return Receive(port, fromWorkload, frame, now);
    }

    /// <summary>A frame seen at a port. What goes to a group address is not the policy's business: it passes inline, too.</summary>
    public Verdict ReceiveTap(ushort portId, bool fromWorkload, ReadOnlySpan<byte> frame, TimeSpan now)
    {
        if (frame.Length > 0 && (frame[0] & 1) != 0 || _ports[portId] is not { } port)
            return Verdict.Accept;
        return Receive(port, fromWorkload, frame, now);
    }

    /// <summary>A frame whose rest could not be read.</summary>
    public void DropTruncated(int bytes)
    {
        Counters.CountFrame(bytes);
        Counters.CountDropped(DropReason.Truncated);
    }

    /// <summary>Looks at the sessions whose time has come: ended ones are closed, growing ones told. A bounded number at each call.</summary>
    public void Expire(TimeSpan now)
    {
        for (int i = 0; i < VisitsPerTurn; i++)
        {
            int index = _table.NextDue(now);
            if (index == SessionTable.None)
                break;
            Visit(index, now);
        }
        _reporter.Flush(now);
    }

    /// <summary>Closes all sessions, for the end of the loop.</summary>
    public void CloseAll(TimeSpan now)
    {
        for (int index = 0; index < _table.Limit; index++)
        {
            if (_table[index].Id != 0)
                Close(index, now);
        }
        _reporter.Flush(now);
    }

    private Verdict Receive(WatchedPort port, bool fromWorkload, ReadOnlySpan<byte> frame, TimeSpan now)
    {
        Counters.CountFrame(frame.Length);
        _rejected = false;
        DropReason reason = Judge(port, fromWorkload, frame, now);
        if (reason == DropReason.None || _isTap)
        {
            Counters.CountAccepted();
            return Verdict.Accept;
        }
        Counters.CountDropped(reason);
        return _rejected ? Verdict.Reject : Verdict.Drop;
    }

    private DropReason Judge(WatchedPort port, bool fromWorkload, ReadOnlySpan<byte> frame, TimeSpan now)
    {
        // 1
        PacketError error = FrameLayers.Parse(frame, out FrameLayers layers);
        if (error != PacketError.None)
        {
            Counters.CountError(error);
            return Refuse(port, fromWorkload, layers, DropReason.Malformed, error, frame.Length, now);
        }
        if (layers.IpVersion == 0)
            return DropReason.None;

        // 2
        if (!layers.IsFragment)
            return JudgePacket(port, fromWorkload, frame, layers, now);
        var key = new FragmentKey(port.Id, layers.Source, layers.Destination, layers.FragmentId, layers.Protocol);
        if (layers.IsLaterFragment)
        {
            return _fragments.TryFind(key, now, out DropReason first)
                ? first
                : Refuse(port, fromWorkload, layers, DropReason.FragmentWithoutFirst, PacketError.None, frame.Length, now);
        }
        DropReason reason = JudgePacket(port, fromWorkload, frame, layers, now);
        _fragments.Add(key, reason, now);
        return reason;
    }

    private DropReason JudgePacket(WatchedPort port, bool fromWorkload, ReadOnlySpan<byte> frame, in FrameLayers layers, TimeSpan now)
    {
        switch (layers.Protocol)
        {
            case IpProtocol.IPPROTO_TCP when !TcpFlagCheck.IsValid((TcpFlags)layers.TcpFlags):
                return Refuse(port, fromWorkload, layers, DropReason.InvalidTcpFlags, PacketError.None, frame.Length, now);
            case IpProtocol.IPPROTO_ICMP when layers.IpVersion == 4:
            case IpProtocol.IPPROTO_ICMPV6 when layers.IpVersion == 6:
                if (IcmpError.IsError(layers))
                    return JudgeIcmpError(port, fromWorkload, frame, layers, now);
                if (layers.IpVersion == 6 && IsNeighborDiscovery(layers.IcmpType))
                    return DropReason.None;
                break;
        }
        return JudgeSession(port, fromWorkload, frame, layers, now);
    }

    /// <summary>RFC 4861, and RFC 2710's and 3810's group membership: an IPv6 host is cut off without them.</summary>
    private static bool IsNeighborDiscovery(byte icmpType) => icmpType is (>= 130 and <= 137) or 143;

    /// <summary>An ICMP error passes with the session that it is about.</summary>
    private DropReason JudgeIcmpError(WatchedPort port, bool fromWorkload, ReadOnlySpan<byte> frame, in FrameLayers layers, TimeSpan now)
    {
        PacketError error = IcmpError.Parse(frame, layers, out IcmpError icmp);
        if (error != PacketError.None)
        {
            Counters.CountError(error);
            return Refuse(port, fromWorkload, layers, DropReason.Malformed, error, frame.Length, now);
        }
        FrameLayers original = icmp.Original;
        var key = new SessionKey(port.Id, original.Protocol, original.Source, original.Destination, original.SourcePort, original.DestinationPort);
        int index = original.IsLaterFragment ? SessionTable.None : _table.Find(key, _table.HashOf(key), out _);
        if (index == SessionTable.None)
            return Refuse(port, fromWorkload, layers, DropReason.UnrelatedIcmp, PacketError.None, frame.Length, now);
        ref Session session = ref _table[index];
        if (icmp.Kind == IcmpErrorKind.Unreachable && !session.Has(SessionFlags.Answered))
            session.Set(SessionFlags.Refused);
        return session.Blocked;
    }

    private DropReason JudgeSession(WatchedPort port, bool fromWorkload, ReadOnlySpan<byte> frame, in FrameLayers layers, TimeSpan now)
    {
        // 3
        var key = new SessionKey(port.Id, layers.Protocol, layers.Source, layers.Destination, layers.SourcePort, layers.DestinationPort);
        uint hash = _table.HashOf(key);
        int index = _table.Find(key, hash, out Sender sender);
        if (index != SessionTable.None && BeginsAnew(_table[index], layers))
        {
            Close(index, now);
            index = SessionTable.None;
        }
        if (index == SessionTable.None)
        {
            sender = SenderOf(layers, fromWorkload);
            index = Open(port, fromWorkload, sender, layers, hash, frame.Length, now, out DropReason refused);
            if (index == SessionTable.None)
                return refused;
        }

        // 4
        ref Session session = ref _table[index];
        if (session.Generation != _generation)
            JudgeAgain(ref session, index, port, DropReason.PolicyChanged, frame, layers);
        if (session.Blocked != DropReason.None)
            return DropBlocked(ref session, index, frame, layers, now);

        // 5
        session.LastSeen = now;
        bool advanced = false;
        if (layers.Protocol == IpProtocol.IPPROTO_TCP)
        {
            if (session.Has(SessionFlags.Settled))
                session.Tcp.ForgetAcknowledgments();
            switch (session.Tcp.Receive(sender, (TcpFlags)layers.TcpFlags, layers.TcpSequence, layers.TcpAcknowledgment))
            {
                case TcpTransition.Invalid:
                    return Refuse(port, fromWorkload, layers, DropReason.InvalidTcpState, PacketError.None, frame.Length, now);
                case TcpTransition.Advanced:
                    advanced = true;
                    _settler.TakeBack(ref session);
                    break;
            }
        }
        (sender == Sender.Client ? ref session.FromClient : ref session.FromServer).Add(1, (ulong)frame.Length);
        if (advanced || !session.Has(SessionFlags.Answered))
            Requeue(ref session, index);

        // 6
        if (!session.Has(SessionFlags.ApplicationFinal) && layers.PayloadLength > 0 && layers.Protocol is IpProtocol.IPPROTO_TCP or IpProtocol.IPPROTO_UDP)
        {
            ReadOnlySpan<byte> payload = frame.Slice(layers.PayloadOffset, layers.PayloadLength);
            if (_applications.Receive(ref session, sender, payload, layers.TcpSequence, ref _table.NameOf(index))
                && !JudgeAgain(ref session, index, port, DropReason.ApplicationDenied, frame, layers))
            {
                _reporter.Tell(ref session, _table.NameOf(index), now);
                return session.Blocked;
            }
        }

        // 7
        if (_settler.IsDue(session))
            _settler.Settle(ref session);

        // 8
        if (session.Has(SessionFlags.Changed))
            _reporter.Tell(ref session, _table.NameOf(index), now);
        return DropReason.None;
    }

    /// <summary>A SYN where a session is over, or was denied: the two ports are used again.</summary>
    private static bool BeginsAnew(in Session session, in FrameLayers layers) =>
        layers.Protocol == IpProtocol.IPPROTO_TCP
        && ((TcpFlags)layers.TcpFlags & (TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST)) == TcpFlags.SYN
        && (session.Blocked != DropReason.None || session.Tcp.State is TcpSessionState.TimeWait or TcpSessionState.Closed);

    /// <summary>Which end sent a frame of an unknown session.</summary>
    /// <remarks>A SYN, a datagram, an echo request come from the client; SYN+ACK and an echo reply from the server. A TCP session that was open
    /// before it was seen has its server at the lower port number; if they are equal, at the other end than the workload.</remarks>
    private static Sender SenderOf(in FrameLayers layers, bool fromWorkload)
    {
        if (layers.Protocol == IpProtocol.IPPROTO_TCP)
        {
            var flags = (TcpFlags)layers.TcpFlags;
            if ((flags & TcpFlags.SYN) != 0)
                return (flags & TcpFlags.ACK) == 0 ? Sender.Client : Sender.Server;
            if (layers.SourcePort == layers.DestinationPort)
                return fromWorkload ? Sender.Client : Sender.Server;
            return layers.SourcePort > layers.DestinationPort ? Sender.Client : Sender.Server;
        }
        bool isEchoReply = layers.Protocol == IpProtocol.IPPROTO_ICMP && layers.IpVersion == 4 && layers.IcmpType == 0
            || layers.Protocol == IpProtocol.IPPROTO_ICMPV6 && layers.IpVersion == 6 && layers.IcmpType == 129;
        return isEchoReply ? Sender.Server : Sender.Client;
    }

    /// <summary>A frame of no session: judged, and when it passes a session is made, unless it is a reset. A denied one leaves no trace but its report.</summary>
    private int Open(
        WatchedPort port, bool fromWorkload, Sender sender, in FrameLayers layers, uint hash, int bytes, TimeSpan now, out DropReason reason)
    {
        bool fromClient = sender == Sender.Client;
        SessionDirection direction = fromClient == fromWorkload ? SessionDirection.Egress : SessionDirection.Ingress;
        var (client, server) = fromClient ? (layers.Source, layers.Destination) : (layers.Destination, layers.Source);
        var (clientPort, serverPort) = fromClient ? (layers.SourcePort, layers.DestinationPort) : (layers.DestinationPort, layers.SourcePort);
        bool isTcp = layers.Protocol == IpProtocol.IPPROTO_TCP;
        var flags = (TcpFlags)layers.TcpFlags;
        bool beginningUnseen = isTcp && (flags & TcpFlags.SYN) == 0;

        PolicyDecision decision = Evaluate(new PolicyQuery
        {
            Workload = port.WorkloadIndex,
            Direction = direction,
            Peer = direction == SessionDirection.Egress ? server : client,
            Protocol = layers.Protocol,
            Port = HasPorts(layers.Protocol) ? serverPort : (ushort)0,
            BeginningUnseen = beginningUnseen,
            ApplicationIsFinal = !HasPorts(layers.Protocol),
        });
        if (decision.Action == PolicyAction.Deny)
        {
            reason = DropReason.PolicyDeny;
            ushort toldPort = HasPorts(layers.Protocol) ? serverPort : (ushort)0;
            var key = new DropKey(port.Id, direction, client, server, toldPort, layers.Protocol, reason, PacketError.None, decision);
            _reporter.TellDropped(key, clientPort, bytes, now);
            return SessionTable.None;
        }

        reason = DropReason.None;
        if (isTcp && (flags & TcpFlags.RST) != 0)
            return SessionTable.None;
        if (isTcp && _table.IsHalfOpenLimitReached(client))
        {
            reason = Refuse(port, fromWorkload, layers, DropReason.TooManyHalfOpen, PacketError.None, bytes, now);
            return SessionTable.None;
        }
        int victim = _table.FindVictim();
        if (victim == SessionTable.NothingToEvict)
        {
            reason = Refuse(port, fromWorkload, layers, DropReason.SessionTableFull, PacketError.None, bytes, now);
            return SessionTable.None;
        }
        if (victim != SessionTable.None)
            Close(victim, now);

        int index = _table.Add(client, server, clientPort, serverPort, port.Id, layers.Protocol, hash, now);
        ref Session session = ref _table[index];
        session.Direction = direction;
        session.Decision = decision;
        session.Generation = _generation;
        session.Flags = SessionFlags.Untold | SessionFlags.Changed
            | (beginningUnseen ? SessionFlags.BeginningUnseen : SessionFlags.None)
            | (HasPorts(layers.Protocol) ? SessionFlags.None : SessionFlags.ApplicationFinal);
        _table.Schedule(index, now + _options.UpdateInterval);
        Counters.SessionsOpened++;
        return index;
    }

    /// <summary>Asks the policy about a known session. False: it is denied now, and its TCP ends were sent resets.</summary>
    private bool JudgeAgain(ref Session session, int index, WatchedPort port, DropReason reason, ReadOnlySpan<byte> frame, in FrameLayers layers)
    {
        // What was settled under another generation does not pass in the kernel any more; its counters must not be lost.
        if (session.Generation != _generation)
            _settler.TakeBack(ref session);
        bool wasBlocked = session.Blocked != DropReason.None;
        PolicyDecision decision = EvaluateKnown(session, port);
        session.Generation = _generation;
        if (decision != session.Decision)
        {
            session.Decision = decision;
            session.Set(SessionFlags.Changed);
        }
        if (decision.Action != PolicyAction.Deny)
        {
            session.Blocked = DropReason.None;
            if (wasBlocked)
                Requeue(ref session, index);
            return true;
        }
        if (wasBlocked)
            return false;

        session.Blocked = reason;
        session.Set(SessionFlags.Changed);
        _settler.TakeBack(ref session);
        _applications.Forget(ref session);
        _table.MoveTo(index, EvictionQueue.Ending);
        if (session.Protocol == IpProtocol.IPPROTO_TCP)
        {
            SendReset(frame, layers, TcpResetTarget.Receiver);
            SendReset(frame, layers, TcpResetTarget.Sender);
            _rejected = true;
            Counters.CountRejected();
        }
        return false;
    }

    /// <summary>A frame of a denied session. Its TCP sender hears it again, in case the first reset got lost or was not exact.</summary>
    private DropReason DropBlocked(ref Session session, int index, ReadOnlySpan<byte> frame, in FrameLayers layers, TimeSpan now)
    {
        session.LastSeen = now;
        if (session.Has(SessionFlags.Changed))
            _reporter.Tell(ref session, _table.NameOf(index), now);
        if (session.Protocol == IpProtocol.IPPROTO_TCP && !_rejected)
            SendReset(frame, layers, TcpResetTarget.Sender);
        return session.Blocked;
    }

    private void SendReset(ReadOnlySpan<byte> frame, in FrameLayers layers, TcpResetTarget target)
    {
        int length = TcpReset.Write(frame, layers, target, _reset);
        if (length > 0)
            _sink?.Send(_reset.AsSpan(0, length));
    }

    private PolicyDecision EvaluateKnown(in Session session, WatchedPort port) => Evaluate(new PolicyQuery
    {
        Workload = port.WorkloadIndex,
        Direction = session.Direction,
        Peer = session.Direction == SessionDirection.Egress ? session.Server : session.Client,
        Protocol = session.Protocol,
        Port = HasPorts(session.Protocol) ? session.ServerPort : (ushort)0,
        Application = session.Application,
        ApplicationIsFinal = session.Has(SessionFlags.ApplicationFinal),
        BeginningUnseen = session.Has(SessionFlags.BeginningUnseen) && session.Application == Application.Unknown,
    });

    private PolicyDecision Evaluate(in PolicyQuery query)
    {
        if (_model is null || query.Workload < 0)
            return default;
        PolicyDecision decision = _model.Evaluate(query);
        return _isTap && decision.Action == PolicyAction.Deny ? decision with { Action = PolicyAction.Violate } : decision;
    }

    /// <summary>Something is wrong with a frame that no rule speaks of: dropped and told in protect mode, counted and passed otherwise.</summary>
    private DropReason Refuse(WatchedPort port, bool fromWorkload, in FrameLayers layers, DropReason reason, PacketError error, int bytes, TimeSpan now)
    {
        if (port.Mode != PolicyMode.Protect || _isTap)
        {
            Counters.CountPassedAnyway(reason);
            return DropReason.None;
        }
        SessionDirection direction = fromWorkload ? SessionDirection.Egress : SessionDirection.Ingress;
        ushort serverPort = HasPorts(layers.Protocol) ? layers.DestinationPort : (ushort)0;
        var decision = new PolicyDecision(PolicyAction.Deny, 0, port.Mode);
        var key = new DropKey(port.Id, direction, layers.Source, layers.Destination, serverPort, layers.Protocol, reason, error, decision);
        _reporter.TellDropped(key, layers.SourcePort, bytes, now);
        return reason;
    }

    /// <summary>Puts the session into the queue that it may be evicted from, and notes when both its ends have been seen.</summary>
    private void Requeue(ref Session session, int index)
    {
        bool bothSeen = session.FromClient.Packets > 0 && session.FromServer.Packets > 0;
        if (session.Protocol == IpProtocol.IPPROTO_TCP)
        {
            if (bothSeen && session.Tcp.IsOpen)
                session.Set(SessionFlags.Answered);
            _table.MoveTo(index, session.Tcp.IsEnding ? EvictionQueue.Ending : session.Has(SessionFlags.Answered) ? EvictionQueue.None : EvictionQueue.Unanswered);
            return;
        }
        if (!bothSeen)
            return;
        session.Set(SessionFlags.Answered);
        _table.MoveTo(index, EvictionQueue.None);
    }

    private void Visit(int index, TimeSpan now)
    {
        ref Session session = ref _table[index];
        _settler.Read(ref session);
        TimeSpan deadline = session.LastSeen + TimeoutOf(session);
        if (deadline <= now)
        {
            Close(index, now);
            return;
        }
        session.Clear(SessionFlags.SettleRefused);
        bool grew = (session.FromClient.PendingPackets | session.FromServer.PendingPackets) != 0;
        if ((grew || session.Has(SessionFlags.Changed)) && now - session.LastEvent >= _options.UpdateInterval)
            _reporter.Tell(ref session, _table.NameOf(index), now);
        TimeSpan next = now + _options.UpdateInterval;
        _table.Schedule(index, deadline < next ? deadline : next);
    }

    private void Close(int index, TimeSpan now)
    {
        ref Session session = ref _table[index];
        _settler.TakeBack(ref session);
        _applications.Forget(ref session);
        // A session that carried no payload is over, so its application is as known as it will ever be. One that nobody answered has none.
        bool wasReal = session.Has(SessionFlags.Answered) || (session.Protocol == IpProtocol.IPPROTO_UDP && !session.Has(SessionFlags.Refused));
        if (wasReal && !session.Has(SessionFlags.ApplicationFinal) && session.Blocked == DropReason.None && _ports[session.PortId] is { } port)
        {
            session.Set(SessionFlags.ApplicationFinal);
            session.Decision = EvaluateKnown(session, port);
        }
        _reporter.TellClosed(session, _table.NameOf(index), now);
        _table.Delete(index);
        Counters.SessionsClosed++;
    }

    private TimeSpan TimeoutOf(in Session session)
    {
        SessionTimeouts timeouts = _options.Timeouts;
        if (session.Blocked != DropReason.None)
            return timeouts.Blocked;
        return session.Protocol switch
        {
            // A session that only one end speaks of is not worth an hour.
            IpProtocol.IPPROTO_TCP when session.Queue == EvictionQueue.Unanswered && session.Tcp.IsOpen => timeouts.TcpSynSent,
            IpProtocol.IPPROTO_TCP => session.Tcp.Timeout(timeouts),
            IpProtocol.IPPROTO_UDP => session.Has(SessionFlags.Answered) ? timeouts.UdpAnswered : timeouts.UdpUnanswered,
            IpProtocol.IPPROTO_ICMP or IpProtocol.IPPROTO_ICMPV6 => timeouts.Icmp,
            _ => timeouts.Other,
        };
    }

    private static bool HasPorts(byte protocol) => protocol is IpProtocol.IPPROTO_TCP or IpProtocol.IPPROTO_UDP;
}
