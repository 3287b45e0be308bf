using Weir.Packets;
using Weir.TcpIp.Tcp.Listening;
using Weir.TcpIp.Tcp.Options;
using Weir.TcpIp.Tcp.Security;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

/// <summary>All TCP connections of a stack: which segment is whose, who listens, whose time has come, who may send next.</summary>
/// <remarks>For one thread. Each call with a time brings the layer's clock forward; what the application does in between happens at the last one.</remarks>
public sealed class TcpLayer
{
    /// <summary>Segments that one connection may send before it is another's turn.</summary>
    private const int Quantum = 64;

    /// <summary>Connections without room that one transmit tries: the others may have a path that has some.</summary>
    private const int MaxBlocked = 8;

    private readonly ISegmentPaths _paths;
    private readonly TcpLayerOptions _options;
    private readonly ConnectionTable _connections;
    private readonly ListenerTable _listeners = new();
    private readonly TimerHeap _timers = new();
    private readonly ConnectionQueue _wanted = new(ConnectionQueueKind.Transmit);
    private readonly ConnectionQueue _toNotify = new(ConnectionQueueKind.Notify);
    private readonly Queue<TcpListener> _acceptable = new();
    private readonly Queue<TcpConnection> _timeWait = new();
    private readonly InitialSequence _sequence;
    private readonly SynCookies _cookies;
    private readonly EphemeralPorts _ports;
    private bool _notifying;

    public TcpLayer(ISegmentPaths paths, TcpLayerOptions options)
    {
        _paths = paths;
        _options = options;
        var hash = new SipHash(options.Secret);

        // One secret, a key of its own for each use.
        UInt128 Key(ulong use) => new(hash.Compute(use, 0), hash.Compute(use, 1));
        _connections = new ConnectionTable(Key(0));
        _sequence = new InitialSequence(Key(1));
        _cookies = new SynCookies(Key(2));
        _ports = new EphemeralPorts(Key(3));
        Memory = new TcpMemory(options.MemoryLimit);
    }

    public TcpCounters Counters { get; } = new();

    /// <summary>All connections that are not closed.</summary>
    public int Count => _connections.Count;

    /// <summary>Bytes that buffers hold now.</summary>
    public long MemoryUsed => Memory.Used;

    /// <summary>When <see cref="Expire"/> is wanted next; null: never. It may be early, not late.</summary>
    public TimeSpan? NextDeadline => _timers.Next == Deadline.Never ? null : new TimeSpan(_timers.Next);

    /// <summary>Something waits for <see cref="Transmit"/>.</summary>
    public bool HasSomethingToSend => !_wanted.IsEmpty;

    /// <summary>All connections that are not closed, for a listing. Not to be changed meanwhile.</summary>
    public IEnumerable<TcpConnection> Connections => _connections.All();

    internal long Now { get; private set; }

    internal TcpMemory Memory { get; }

    /// <summary>Opens a connection: the SYN goes with the next transmit, <paramref name="observer"/> hears of the rest.</summary>
    /// <returns>Null: no route, no free port, or the addresses and ports are in use.</returns>
    public TcpConnection? Connect(TcpConnectOptions options, ITcpObserver? observer, TimeSpan now)
    {
        Now = now.Ticks;
        UInt128 local = options.LocalAddress ?? _paths.ChooseSource(options.RemoteAddress);
        var tuple = new FourTuple(local, options.RemoteAddress, options.LocalPort, options.RemotePort);
        if (local == 0 || options.RemotePort == 0 || _connections.Count >= _options.MaxConnections || _paths.Find(local, options.RemoteAddress) is not { } path)
            return null;

        if (tuple.LocalPort == 0)
            tuple = tuple with { LocalPort = _ports.Choose(tuple, _connections) };
        if (tuple.LocalPort == 0 || !IsFree(tuple))
            return null;

        TcpConnection connection = New(path, tuple, options.Profile, 0);
        connection.Observer = observer;
        connection.Open(Now);
        Counters.ActiveOpens++;
        Want(connection);
        Flush(connection);
        return connection;
    }

    /// <exception cref="InvalidOperationException">Address and port have a listener already.</exception>
    public TcpListener Listen(TcpListenOptions options)
    {
        var listener = new TcpListener(this, options);
        _listeners.Add(listener);
        return listener;
    }

    /// <summary>A segment whose checksum IP has verified; up to 64 KiB, if it was put together from several on the way.</summary>
    public void Receive(in SegmentArrival arrival, ReadOnlySpan<byte> segment, TimeSpan now)
    {
        Now = now.Ticks;
        Counters.SegmentsReceived++;
        if (!ArrivedSegment.TryRead(arrival, segment, Now, out ArrivedSegment arrived, out FourTuple tuple))
        {
            Counters.Malformed++;
            return;
        }

        if (_connections.Find(tuple) is { } connection && !IsReplaced(connection, arrived))
        {
            connection.Receive(ref arrived);
            Flush(connection);
        }
        else
        {
            ReceiveWithoutConnection(tuple, ref arrived);
        }

        Deliver();
    }

    /// <summary>An ICMP error that quotes one of our segments.</summary>
    public void ReceiveError(in TcpIcmpError error, TimeSpan now)
    {
        Now = now.Ticks;
        if (_connections.Find(new FourTuple(error.LocalAddress, error.RemoteAddress, error.LocalPort, error.RemotePort)) is { } connection)
        {
            connection.ReceiveError(error, Now);
            Flush(connection);
        }

        Deliver();
    }

    /// <summary>Sends what is due, each connection in its turn, until the paths have no room.</summary>
    public void Transmit(TimeSpan now)
    {
        Now = now.Ticks;
        int blocked = 0;
        while (blocked < MaxBlocked && _wanted.TryTake(out TcpConnection connection))
        {
            int quantum = Quantum;
            bool hadRoom = connection.Transmit(Now, ref quantum);
            Flush(connection);
            if (!hadRoom)
                blocked++;
            if (!hadRoom || quantum <= 0)
                Want(connection);
        }

        Deliver();
    }

    /// <summary>Runs the timers that are due.</summary>
    public void Expire(TimeSpan now)
    {
        Now = now.Ticks;
        while (_timers.TryTakeDue(Now, out TcpConnection connection))
        {
            if (connection.NextDeadline <= Now)
                connection.Expire(Now);
            Charge(connection);

            // Once for each call, whatever it makes of it.
            _timers.Schedule(connection, Math.Max(connection.NextDeadline, Now + 1));
        }

        Deliver();
    }

    internal void Want(TcpConnection connection) => _wanted.Add(connection);

    internal void Notify(TcpConnection connection)
    {
        if (connection.Observer is not null && connection.PendingEvents != TcpEvents.None)
            _toNotify.Add(connection);
    }

    internal void Acceptable(TcpListener listener)
    {
        if (listener.IsAcceptable || listener.Options.Acceptable is null)
            return;
        listener.IsAcceptable = true;
        _acceptable.Enqueue(listener);
    }

    internal void Schedule(TcpConnection connection) => _timers.Schedule(connection, connection.NextDeadline);

    internal void Charge(TcpConnection connection)
    {
        long allocated = connection.Allocated;
        if (allocated == connection.Charged)
            return;
        Memory.Charge(allocated - connection.Charged);
        connection.Charged = allocated;
    }

    internal void Remove(TcpConnection connection)
    {
        connection.Listener?.Failed(connection);
        _connections.Delete(connection);
        _timers.Remove(connection);
        Charge(connection);
    }

    internal void Delete(TcpListener listener) => _listeners.Delete(listener);

    internal void EnterTimeWait(TcpConnection connection)
    {
        if (connection.IsInTimeWait)
            return;
        connection.IsInTimeWait = true;
        _timeWait.Enqueue(connection);
        while (_timeWait.Count > _options.MaxTimeWait || (_timeWait.TryPeek(out TcpConnection? first) && first.State == TcpState.Closed))
        {
            TcpConnection oldest = _timeWait.Dequeue();
            if (oldest.State != TcpState.Closed)
                Counters.TimeWaitEvicted++;
            oldest.End(TcpError.None);
        }
    }

    /// <summary>RFC 9293 3.10.7.1 and 3.5.2: a reset that the other side will believe.</summary>
    internal void SendReset(ISegmentPath path, in FourTuple tuple, uint sequence, uint acknowledgment, bool withAck)
    {
        Span<byte> segment = path.Begin(TcpHeader.Size);
        if (segment.IsEmpty)
            return;
        new TcpHeader
        {
            SourcePort = tuple.LocalPort,
            DestinationPort = tuple.RemotePort,
            Sequence = sequence,
            Acknowledgment = acknowledgment,
            Flags = withAck ? TcpFlags.RST | TcpFlags.ACK : TcpFlags.RST,
        }.WriteTo(segment);
        path.Send(TcpHeader.Size, 0, 0);
        Counters.ResetsSent++;
        Counters.SegmentsSent++;
    }

    internal void Complete(PendingConnection pending, AcceptDecision decision)
    {
        TcpConnection connection = pending.Connection;
        if (connection.Pending != pending || connection.State == TcpState.Closed)
            return;
        connection.Decide(decision, Now);
        Flush(connection);
    }

    private void Flush(TcpConnection connection)
    {
        Charge(connection);
        Schedule(connection);
    }

    private bool IsFree(in FourTuple tuple)
    {
        if (_connections.Find(tuple) is not { } there)
            return true;

        // RFC 6191 and tcp_tw_reuse: an old connection in TIME-WAIT makes way for ours when timestamps tell them apart.
        if (there.State != TcpState.TimeWait || !there.HasTimestamps)
            return false;
        there.End(TcpError.None);
        return true;
    }

    /// <summary>RFC 6191 2, RFC 9293 3.10.7.4 for TIME-WAIT: a SYN that is surely new ends the old connection.</summary>
    private static bool IsReplaced(TcpConnection connection, in ArrivedSegment segment)
    {
        if (connection.State != TcpState.TimeWait || (segment.Flags & (TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST)) != TcpFlags.SYN)
            return false;
        bool later = (int)(segment.Sequence - connection.RcvNxtWire) > 0;
        bool isNew = connection.HasTimestamps && segment.Options.HasTimestamps
            ? (int)(segment.Options.TsVal - connection.TsRecent) > 0 || (segment.Options.TsVal == connection.TsRecent && later)
            : later;
        if (isNew)
            connection.End(TcpError.None);
        return isNew;
    }

    private TcpConnection New(ISegmentPath path, in FourTuple tuple, TcpProfile profile, int incoming)
    {
        (uint iss, uint offset) = _sequence.Choose(tuple, Now);
        var connection = new TcpConnection(this, path, tuple, profile, iss, offset) { Interface = incoming };
        _connections.Add(connection);
        return connection;
    }

    // RFC 9293 3.10.7.2, LISTEN STATE, and where nobody listens 3.10.7.1, CLOSED STATE.
    private void ReceiveWithoutConnection(in FourTuple tuple, ref ArrivedSegment segment)
    {
        // First, the RST bit.
        if (segment.Has(TcpFlags.RST) || _paths.Find(tuple.LocalAddress, tuple.RemoteAddress) is not { } path)
            return;

        TcpListener? listener = _listeners.Find(tuple.LocalAddress, tuple.LocalPort, segment.IsLocal);
        if (listener is null && !segment.IsLocal)
            return;

        // Second, the ACK bit: only a cookie makes one acceptable.
        if (segment.Has(TcpFlags.ACK))
        {
            if (segment.Has(TcpFlags.SYN) || listener is null || !TryOpenFromCookie(listener, path, tuple, ref segment))
                RefuseUnknown(path, tuple, segment);
            return;
        }

        // Third, the SYN bit.
        if (segment.Has(TcpFlags.SYN) && !segment.Has(TcpFlags.FIN) && listener is not null)
            Listen(listener, path, tuple, segment);
        else if (listener is null)
            RefuseUnknown(path, tuple, segment);
    }

    private void RefuseUnknown(ISegmentPath path, in FourTuple tuple, in ArrivedSegment segment)
    {
        Counters.NoConnection++;
        if (segment.Has(TcpFlags.ACK))
            SendReset(path, tuple, segment.Acknowledgment, 0, withAck: false);
        else
            SendReset(path, tuple, 0, segment.Sequence + (uint)segment.Length, withAck: true);
    }

    private void Listen(TcpListener listener, ISegmentPath path, in FourTuple tuple, in ArrivedSegment syn)
    {
        if (!listener.HasRoom || _connections.Count >= _options.MaxConnections)
        {
            Counters.ListenOverflows++;
            return;
        }

        bool flooded = listener.WantsCookie;
        if (flooded && !listener.Options.SynCookies)
        {
            Counters.ListenOverflows++;
            return;
        }

        if (flooded && listener.Options.Accept is null)
        {
            SendCookie(listener, path, tuple, syn);
            return;
        }

        TcpConnection connection = New(path, tuple, listener.Options.Profile, syn.Interface);
        listener.Opened(connection);
        connection.OpenPassively(syn);
        AcceptDecision decision = connection.Ask(listener, Now);
        if (flooded)
        {
            // Nothing may be kept: what was made is taken back, and only the decision stays.
            connection.End(TcpError.Aborted);
            if (decision == AcceptDecision.Accept)
                SendCookie(listener, path, tuple, syn);
            else if (decision == AcceptDecision.Reject)
                RefuseUnknown(path, tuple, syn);
            return;
        }

        Counters.PassiveOpens++;
        connection.Decide(decision, Now);
        Flush(connection);
    }

    /// <summary>RFC 4987 3.6: the SYN,ACK of a connection that exists only in it.</summary>
    private void SendCookie(TcpListener listener, ISegmentPath path, in FourTuple tuple, in ArrivedSegment syn)
    {
        TcpProfile profile = listener.Options.Profile;
        Span<byte> options = stackalloc byte[TcpHeader.MaxSize - TcpHeader.Size];
        var writer = new TcpOptionWriter(options);
        bool timestamps = profile.Timestamps && syn.Options.HasTimestamps;
        if (profile.AnnounceMss)
            writer.WriteMaximumSegmentSize((ushort)Math.Clamp(path.MaxSegment - TcpHeader.Size, 1, profile.MaxPayload));
        if (timestamps)
        {
            SegmentOptions offered = syn.Options;
            offered.SackPermitted &= profile.SelectiveAcknowledgment;
            offered.HasWindowScale &= profile.WindowScaling;
            if (offered.SackPermitted)
                writer.WriteSackPermitted();
            writer.WriteTimestamps(SynCookies.Timestamp(TimestampClock(tuple), offered, ecn: false), syn.Options.TsVal);
            if (offered.HasWindowScale)
                writer.WriteWindowScale((byte)ReceiveHalf.ShiftFor(profile.MaxReceiveCapacity));
        }

        int header = TcpHeader.Size + writer.Finish().Length;
        Span<byte> segment = path.Begin(header);
        if (segment.IsEmpty)
            return;
        new TcpHeader
        {
            SourcePort = tuple.LocalPort,
            DestinationPort = tuple.RemotePort,
            Sequence = _cookies.Make(tuple, syn),
            Acknowledgment = syn.Sequence + 1,
            HeaderLength = (byte)header,
            Flags = TcpFlags.SYN | TcpFlags.ACK,
            Window = (ushort)Math.Min(profile.ReceiveCapacity, ushort.MaxValue),
        }.WriteTo(segment);
        options[..(header - TcpHeader.Size)].CopyTo(segment[TcpHeader.Size..]);
        path.Send(header, 0, 0);
        listener.CookieSent(Now);
        Counters.CookiesSent++;
        Counters.SegmentsSent++;
    }

    private uint TimestampClock(in FourTuple tuple) =>
        _sequence.Choose(tuple, Now).TimestampOffset + (uint)(Now / TimeSpan.TicksPerMillisecond);

    private bool TryOpenFromCookie(TcpListener listener, ISegmentPath path, in FourTuple tuple, ref ArrivedSegment ack)
    {
        if (!listener.MayHaveSentCookies(Now) || !listener.HasRoom || _connections.Count >= _options.MaxConnections)
            return false;
        if (!_cookies.TryCheck(tuple, ack, out ushort mss))
        {
            Counters.CookiesRefused++;
            return false;
        }

        // The SYN as it must have been.
        ArrivedSegment syn = ack;
        syn.Sequence--;
        syn.Flags = TcpFlags.SYN;
        syn.Payload = default;
        syn.Options.SackCount = 0;
        syn.Options.Mss = mss;
        if (ack.Options.HasTimestamps)
            SynCookies.ReadTimestamp(ack.Options.TsEcr, ref syn.Options, out _);

        (_, uint offset) = _sequence.Choose(tuple, Now);
        var connection = new TcpConnection(this, path, tuple, listener.Options.Profile, ack.Acknowledgment - 1, offset) { Interface = ack.Interface };
        _connections.Add(connection);
        listener.Opened(connection);
        connection.OpenFromCookie(syn);
        Counters.CookiesAccepted++;
        Counters.PassiveOpens++;
        connection.Receive(ref ack);
        Flush(connection);
        return true;
    }

    private void Deliver()
    {
        if (_notifying)
            return;
        _notifying = true;
        while (true)
        {
            if (_toNotify.TryTake(out TcpConnection connection))
            {
                TcpEvents events = connection.PendingEvents;
                connection.PendingEvents = TcpEvents.None;
                connection.Observer?.Notify(connection, events);
                Flush(connection);
            }
            else if (_acceptable.TryDequeue(out TcpListener? listener))
            {
                listener.IsAcceptable = false;
                listener.Options.Acceptable!(listener);
            }
            else
            {
                break;
            }
        }

        _notifying = false;
    }
}
