using Weir.Packets;
using Weir.TcpIp.Tcp.Listening;
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

    private readonly TcpLayerOptions _options;
    private readonly ConnectionTable _connections;
    private readonly TimerHeap _timers = new();
    private readonly ConnectionQueue _wanted = new(ConnectionQueueKind.Transmit);
    private readonly Notifications _notifications;
    private readonly TimeWaitQueue _timeWait;
    private readonly PassiveOpens _passive;
    private readonly EphemeralPorts _ports;

    public TcpLayer(ISegmentPaths paths, TcpLayerOptions options)
    {
        Paths = paths;
        _options = options;
        var hash = new SipHash(options.Secret);

        // One secret, a key of its own for each use.
        UInt128 Key(ulong use) => new(hash.Compute(use, 0), hash.Compute(use, 1));
        _connections = new ConnectionTable(Key(0));
        Sequence = new InitialSequence(Key(1));
        _passive = new PassiveOpens(this, Key(2));
        _ports = new EphemeralPorts(Key(3));
        _notifications = new Notifications(this);
        _timeWait = new TimeWaitQueue(options.MaxTimeWait, Counters);
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

    /// <summary>Connections that the queue of TIME-WAIT holds, those that have left early included.</summary>
    internal int TimeWaitHeld => _timeWait.Held;

    internal long Now { get; private set; }

    internal TcpMemory Memory { get; }

    internal ISegmentPaths Paths { get; }

    internal InitialSequence Sequence { get; }

    /// <summary>No connection more, whoever asks.</summary>
    internal bool IsFull => _connections.Count >= _options.MaxConnections;

    /// <summary>Opens a connection: the SYN goes with the next transmit, <paramref name="observer"/> hears of the rest.</summary>
    /// <returns>Null: no route, no free port, or the addresses and ports are in use.</returns>
    public TcpConnection? Connect(TcpConnectOptions options, ITcpObserver? observer, TimeSpan now)
    {
        Now = now.Ticks;
        UInt128 local = options.LocalAddress ?? Paths.ChooseSource(options.RemoteAddress);
        var tuple = new FourTuple(local, options.RemoteAddress, options.LocalPort, options.RemotePort);
        if (local == 0 || options.RemotePort == 0 || IsFull || Paths.Find(local, options.RemoteAddress) is not { } path)
            return null;

        if (tuple.LocalPort == 0)
            tuple = tuple with { LocalPort = _ports.Choose(tuple, _connections, _options.Siblings, options.Profile, Now) };
        if (tuple.LocalPort == 0)
            return null;

        uint? previousEnd = null;
        if (_connections.Find(tuple) is { } there)
        {
            if (!PortReuse.Allows(there, options.Profile, Now))
                return null;
            previousEnd = PortReuse.Take(there);
        }

        TcpConnection connection = New(path, tuple, options.Profile, 0, previousEnd: previousEnd);
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
        _passive.Listeners.Add(listener);
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

        TcpConnection? connection = _connections.Find(tuple);
        if (connection is not null && PortReuse.Allows(connection, arrived))
        {
            arrived.PreviousEnd = PortReuse.Take(connection);
            connection = null;
        }

        if (connection is not null)
        {
            connection.Receive(ref arrived);
            Charge(connection);

            // What will be asked for what it has to send is looked at again then.
            if (!_wanted.Contains(connection))
                Schedule(connection);
        }
        else if (!TryPass(arrival, segment, tuple, arrived))
        {
            _passive.Receive(tuple, ref arrived);
        }

        _notifications.Deliver();
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
        else
        {
            _options.Siblings?.Pass(error);
        }

        _notifications.Deliver();
    }

    /// <summary>Sends what is due, each connection in its turn, until the paths have no room.</summary>
    public void Transmit(TimeSpan now)
    {
        Now = now.Ticks;
        if (Memory.TryBeginSweep(Now))
            FindIdle();
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

        _notifications.Deliver();
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

        _notifications.Deliver();
    }

    internal void EnterTimeWait(TcpConnection connection) => _timeWait.Add(connection);

    /// <summary>What does not begin a connection of a listener here may belong to a sibling's.</summary>
    private bool TryPass(in SegmentArrival arrival, ReadOnlySpan<byte> segment, in FourTuple tuple, in ArrivedSegment arrived)
    {
        if (_options.Siblings is not { } siblings)
            return false;
        bool begins = (arrived.Flags & (TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST)) == TcpFlags.SYN;
        return (!begins || _passive.Listeners.Find(tuple.LocalAddress, tuple.LocalPort, arrival.IsLocal) is null)
            && siblings.TryPass(arrival, segment, tuple.LocalPort);
    }

    internal void Want(TcpConnection connection) => _wanted.Add(connection);

    internal void Notify(TcpConnection connection) => _notifications.Add(connection);

    internal void Acceptable(TcpListener listener) => _notifications.Add(listener);

    internal void Schedule(TcpConnection connection) => _timers.Schedule(connection, connection.NextDeadline);

    internal void Charge(TcpConnection connection)
    {
        long allocated = connection.Allocated;
        int promised = connection.Promised;
        long held = allocated - connection.Charged;
        int expected = promised - connection.ChargedPromise;
        if (held == 0 && expected == 0)
            return;
        (connection.Charged, connection.ChargedPromise) = (allocated, promised);
        Memory.Charge(held, expected);
    }

    private void FindIdle()
    {
        foreach (TcpConnection connection in _connections.All())
        {
            connection.ReceiveSide.RestIfIdle(Now);
            Charge(connection);
        }
    }

    internal void Remove(TcpConnection connection)
    {
        connection.Listener?.Failed(connection);
        _connections.Delete(connection);
        _timers.Remove(connection);
        _timeWait.Remove(connection);
        Memory.Forget(connection);
        Charge(connection);
    }

    internal void Delete(TcpListener listener) => _passive.Listeners.Delete(listener);

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

    /// <summary>RFC 1122 4.2.3.9: the peer's SYN comes back to it in an error, which it finds its connection by.</summary>
    internal static bool TrySendUnreachable(ISegmentPath path, in FourTuple tuple, uint sequence)
    {
        Span<byte> syn = stackalloc byte[TcpHeader.Size];
        new TcpHeader { SourcePort = tuple.RemotePort, DestinationPort = tuple.LocalPort, Sequence = sequence, Flags = TcpFlags.SYN }.WriteTo(syn);
        return path.TrySendUnreachable(syn);
    }

    internal void Complete(PendingConnection pending, AcceptDecision decision)
    {
        TcpConnection connection = pending.Connection;
        if (connection.Pending != pending || connection.State == TcpState.Closed)
            return;
        connection.Decide(decision, Now);
        Flush(connection);
    }

    /// <summary>After anything that changed the connection: its memory and its deadline.</summary>
    internal void Flush(TcpConnection connection)
    {
        Charge(connection);
        Schedule(connection);
    }

    /// <summary>A connection in the table; <paramref name="iss"/>: the initial sequence number that a cookie had, else one is chosen, not before <paramref name="previousEnd"/> (RFC 9293 3.10.7.4: no number that the last connection may have used).</summary>
    internal TcpConnection New(ISegmentPath path, in FourTuple tuple, TcpProfile profile, int incoming, uint? iss = null, uint? previousEnd = null)
    {
        (uint chosen, uint offset) = Sequence.Choose(tuple, Now);
        if (previousEnd is { } end && (int)(chosen - end) < 0)
            chosen = end;
        var connection = new TcpConnection(this, path, tuple, profile, iss ?? chosen, offset) { Interface = incoming };
        _connections.Add(connection);
        return connection;
    }
}
