using Weir.TcpIp.Tcp.Congestion;

namespace Weir.TcpIp.Tcp;

/// <summary>How a connection behaves: options, timers, buffers, congestion control. Sizes in bytes.</summary>
public sealed record TcpProfile
{
    /// <summary>The full TCP: all options, CUBIC, delayed ACK, buffers that grow.</summary>
    public static TcpProfile Default { get; } = new();

    /// <summary>The TCP of Stanford's course: no options, no congestion window, a fixed first RTO, segments of 1000 bytes, each answered at once.</summary>
    public static TcpProfile Course { get; } = new()
    {
        AnnounceMss = false,
        WindowScaling = false,
        Timestamps = false,
        SelectiveAcknowledgment = false,
        Ecn = EcnMode.Off,
        MaxPayload = 1000,
        DelayedAck = TimeSpan.Zero,
        NoDelay = true,
        FixedRto = true,
        MaxRetransmissions = 8,
        SynRetransmissions = 8,
        UnreachableEndsOpening = false,
        ReceiveCapacity = 64_000,
        MaxReceiveCapacity = 64_000,
        SendCapacity = 64_000,
        MaxSendCapacity = 64_000,
        CongestionControl = static () => new NoCongestionControl(),
        PathMtuProbing = false,
    };

    /// <summary>The SYN says how large segments may be (RFC 9293 3.7.1); else the peer takes 536.</summary>
    public bool AnnounceMss { get; init; } = true;

    /// <summary>RFC 7323 2.</summary>
    public bool WindowScaling { get; init; } = true;

    /// <summary>RFC 7323 3 to 5: RTT of each segment, protection against wrapped sequence numbers.</summary>
    public bool Timestamps { get; init; } = true;

    /// <summary>RFC 2018, and with it RFC 6675 and 8985.</summary>
    public bool SelectiveAcknowledgment { get; init; } = true;

    public EcnMode Ecn { get; init; } = EcnMode.Accept;

    /// <summary>Payload of a segment is never larger, whatever path and peer allow.</summary>
    public int MaxPayload { get; init; } = ushort.MaxValue;

    /// <summary>How long an ACK may wait for company; zero: each segment is answered at once. RFC 9293 3.8.6.3 allows 500 ms; 40 ms is Linux's least.</summary>
    public TimeSpan DelayedAck { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>True: small segments do not wait for an ACK (Nagle's algorithm is off, RFC 9293 3.7.4). <see cref="TcpConnection.NoDelay"/> changes it.</summary>
    public bool NoDelay { get; init; }

    /// <summary>RFC 6298 2.1.</summary>
    public TimeSpan InitialRto { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>RFC 6298 2.4 says a second; 200 ms is what Linux and with it the network of today is used to.</summary>
    public TimeSpan MinRto { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>RFC 6298 2.5: at least 60 s.</summary>
    public TimeSpan MaxRto { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The RTO is always the initial one (doubled while nothing is acknowledged): round trips are not measured.</summary>
    public bool FixedRto { get; init; }

    /// <summary>A SYN is sent again so often; 6 is about two minutes.</summary>
    public int SynRetransmissions { get; init; } = 6;

    /// <summary>A host or network that a router calls unreachable ends the opening of a connection at once, as in RFC 5461 4.1, Linux and BSD; false: it is tried to the end (RFC 9293 3.9.2.2), and that is the reason then.</summary>
    /// <remarks>An open connection survives in any case.</remarks>
    public bool UnreachableEndsOpening { get; init; } = true;

    /// <summary>RFC 9293 3.8.3, R2: a segment is sent again so often before the connection is given up.</summary>
    public int MaxRetransmissions { get; init; } = 15;

    /// <summary>RFC 9293 3.9.1.2: data that is not acknowledged for so long ends the connection; null: <see cref="MaxRetransmissions"/> alone decides.</summary>
    public TimeSpan? UserTimeout { get; init; }

    /// <summary>Null: idle connections stay (RFC 9293 3.8.4: off unless asked for).</summary>
    public KeepAlive? KeepAlive { get; init; }

    /// <summary>Twice the maximum segment lifetime; Linux has 60 s.</summary>
    public TimeSpan TimeWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a connection that was closed for reading too waits for the peer's FIN.</summary>
    public TimeSpan FinWait2 { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What is received and not read, at first; it grows when the reader keeps up. Memory is taken only for what is there.</summary>
    public int ReceiveCapacity { get; init; } = 128 * 1024;

    public int MaxReceiveCapacity { get; init; } = 6 * 1024 * 1024;

    /// <summary>What is written and not acknowledged, at first; it grows with the congestion window.</summary>
    public int SendCapacity { get; init; } = 128 * 1024;

    public int MaxSendCapacity { get; init; } = 4 * 1024 * 1024;

    /// <summary>RFC 6928.</summary>
    public int InitialWindowSegments { get; init; } = 10;

    /// <summary>Makes a connection's congestion control.</summary>
    public Func<ICongestionControl> CongestionControl { get; init; } = static () => new Cubic();

    /// <summary>RFC 4821: when full segments vanish without a word, smaller ones are tried, and the largest that passes is searched for.</summary>
    public bool PathMtuProbing { get; init; } = true;
}
