using Weir.Packets;
using Weir.TcpIp.Tcp.Listening;
using Weir.TcpIp.Tcp.Options;
using Weir.TcpIp.Tcp.Security;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

/// <summary>A TCP connection: RFC 9293 with the section numbers of its part 3.10, the part that says what each event does in each state.</summary>
/// <remarks>
/// <para>
/// Theory of operation. What the application does (3.10.1 to 3.10.6), a segment that arrives (3.10.7) and a timer that runs out (3.10.8)
/// change the variables of two halves: <see cref="SendHalf"/> has SND.UNA, SND.NXT, the queue, the scoreboard and all that decides what is
/// sent when; <see cref="ReceiveHalf"/> has RCV.NXT, the window, reassembly and the delayed ACK. Nothing is sent meanwhile, except answers
/// that must not be merged (duplicate and challenge ACKs, resets): <see cref="Transmit"/> gives out what is due when the layer asks.
/// </para>
/// <para>
/// Sequence numbers are 64-bit positions that count from each side's SYN, so that comparisons are those of numbers; only the wire has them
/// modulo 2^32. A connection has one entry in the layer's timer heap, for the earliest of its deadlines.
/// </para>
/// <para>
/// Its files: UserCalls (3.10.1 to 3.10.6), Opening (the handshake), SegmentArrives (3.10.7: states, prediction, order of the steps), Checks and
/// Taking (3.10.7.4, first to fourth and fifth to eighth step), Timeouts (3.10.8), Segments (what goes out).
/// </para>
/// <para>
/// Before you change this read RFC 9293 3.10 with 5961 (forged segments), 7323 (timestamps, PAWS), and for sending 5681, 6298, 6675, 8985.
/// Not done: urgent data (taken as ordinary data, RFC 6093), Fast Open, security options.
/// </para>
/// </remarks>
public sealed partial class TcpConnection
{
    private readonly TcpLayer _layer;
    private readonly ISegmentPath _path;
    private readonly TcpProfile _profile;
    private readonly SendHalf _send;
    private readonly ReceiveHalf _receive;
    private ChallengeLimit _challenges;
    private IdleProbes _idle;
    private long _stateDeadline = Deadline.Never;
    private Timestamps _timestamps;
    private bool _selectiveAcks;
    private bool _scaled;
    private bool _ecnEcho;
    private bool _ecnAsked;
    private bool _writerWaits;
    private bool _readerGone;
    private bool _softUnreachable;
    private int _peerMss = DefaultMss;
    private long _segmentsSent;
    private long _segmentsReceived;

    /// <summary>RFC 9293 3.7.1: what a peer takes that does not say.</summary>
    private const int DefaultMss = 536;

    internal TcpConnection(TcpLayer layer, ISegmentPath path, in FourTuple tuple, TcpProfile profile, uint iss, uint timestampOffset)
    {
        _layer = layer;
        _path = path;
        _profile = profile;
        Tuple = tuple;
        _timestamps = new Timestamps(timestampOffset);
        _send = new SendHalf(profile, iss);
        _receive = new ReceiveHalf(profile) { Mss = OwnMss() };
        _idle = new IdleProbes(profile.KeepAlive);
    }

    public TcpState State { get; private set; }

    public UInt128 LocalAddress => Tuple.LocalAddress;

    public ushort LocalPort => Tuple.LocalPort;

    public UInt128 RemoteAddress => Tuple.RemoteAddress;

    public ushort RemotePort => Tuple.RemotePort;

    /// <summary>Why it ended, once it has; <see cref="TcpError.None"/> as long as nothing went wrong.</summary>
    public TcpError Error { get; private set; }

    /// <summary>Is told what happens. What happened before it was set is told then.</summary>
    public ITcpObserver? Observer
    {
        get;
        set
        {
            field = value;
            if (value is not null)
                _layer.Notify(this);
        }
    }

    /// <summary>Whatever the user of the connection wants to find again.</summary>
    public object? Owner { get; set; }

    /// <summary>True: small segments do not wait for the ACK of earlier ones (Nagle is off).</summary>
    public bool NoDelay
    {
        get => _send.NoDelay;
        set
        {
            _send.NoDelay = value;
            _layer.Want(this);
        }
    }

    /// <summary>The peer's FIN was reached, and everything before it read.</summary>
    public bool IsReadFinished => _receive.Stream.IsFinished;

    /// <summary>Bytes that can be read.</summary>
    public int Available => _receive.Stream.BytesBuffered;

    /// <summary>The peer has acknowledged all that was written, and the FIN if there is one.</summary>
    public bool IsDelivered => _send.IsDelivered;

    /// <summary>Bytes that can be written now.</summary>
    public int WriteRoom => CanWrite ? _send.Queue.AvailableCapacity : 0;

    /// <summary>The interface that its first segment came in on; 0 for those that were opened here.</summary>
    public int Interface { get; internal init; }

    public TcpConnectionInfo Info => new()
    {
        State = State,
        Srtt = new TimeSpan(_send.Rtt.Srtt),
        RttVar = new TimeSpan(_send.Rtt.RttVar),
        MinRtt = new TimeSpan(_send.Rtt.MinRtt),
        Rto = new TimeSpan(_send.Rtt.Rto),
        Cwnd = _send.Congestion.Cwnd,
        Ssthresh = _send.Congestion.Ssthresh,
        SndMss = _send.Mss,
        SndWnd = _send.SndWnd,
        RcvWnd = _receive.RcvWnd,
        InFlight = _send.Board.Pipe,
        SendBuffered = _send.Queue.BytesBuffered,
        SendCapacity = _send.Queue.Capacity,
        ReceiveBuffered = _receive.Stream.BytesBuffered,
        ReceiveCapacity = _receive.Stream.Capacity,
        BytesAcked = Math.Max(0, _send.SndUna - 1),
        BytesReceived = (long)_receive.Stream.BytesPushed,
        SegmentsSent = _segmentsSent,
        SegmentsReceived = _segmentsReceived,
        Retransmissions = _send.Retransmissions,
        Timeouts = _send.TotalTimeouts,
        Timestamps = _timestamps.Agreed,
        SelectiveAcknowledgment = _selectiveAcks,
        WindowScaling = _scaled,
        Ecn = _send.Ecn,
    };

    internal readonly FourTuple Tuple;

    internal int TimerIndex { get; set; } = -1;

    /// <summary>Its places in the layer's queues.</summary>
    internal QueueLinks Links;

    internal bool IsInTimeWait { get; set; }

    internal TcpEvents PendingEvents { get; set; }

    internal TcpListener? Listener { get; set; }

    /// <summary>The accept callback has not decided: the SYN is not answered yet.</summary>
    internal PendingConnection? Pending { get; set; }

    /// <summary>Bytes of memory that are charged to the layer's limit.</summary>
    internal long Charged { get; set; }

    internal long Allocated => _send.Queue.Allocated + _receive.Stream.Allocated + _send.Board.Allocated;

    internal uint TsRecent => _timestamps.Recent;

    internal bool HasTimestamps => _timestamps.Agreed;

    internal uint RcvNxtWire => _receive.NextWire;

    internal ReceiveHalf ReceiveSide => _receive;

    internal SendHalf SendSide => _send;

    /// <summary>Bytes of a segment's header with the options that each one has.</summary>
    internal int HeaderLength => TcpHeader.Size + (_timestamps.Agreed ? SegmentOptions.TimestampsLength : 0);

    internal long NextDeadline => State == TcpState.Closed
        ? Deadline.Never
        : Math.Min(Math.Min(_send.NextDeadline, _receive.Ack.At), Math.Min(_stateDeadline, _idle.At));

    internal bool HasSomethingToSend => _receive.Ack.IsDue || _send.HasSomethingToSend;

    private bool CanWrite => State is TcpState.SynSent or TcpState.SynReceived or TcpState.Established or TcpState.CloseWait && !_send.FinQueued;

    internal void DropOutOfOrder() => _receive.Discard();

    private void Raise(TcpEvents events)
    {
        PendingEvents |= events;
        _layer.Notify(this);
    }
}
