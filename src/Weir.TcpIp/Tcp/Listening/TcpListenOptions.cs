namespace Weir.TcpIp.Tcp.Listening;

/// <summary>What a listener listens to.</summary>
public sealed record TcpListenOptions
{
    /// <summary>Null: any of the stack's own addresses.</summary>
    public UInt128? Address { get; init; }

    /// <summary>Null: any port that no other listener has.</summary>
    public ushort? Port { get; init; }

    /// <summary>Destinations that are not the stack's own are taken too: the connection's local address is what the peer wanted to reach.</summary>
    public bool Transparent { get; init; }

    /// <summary>Connections whose handshake is done and that were not taken by <see cref="TcpListener.TryAccept"/>.</summary>
    /// <remarks>While there are so many, SYNs and the last ACKs of handshakes are dropped: the peer repeats its SYN or its data, and is let in once there is room.</remarks>
    public int Backlog { get; init; } = 128;

    /// <summary>True: a handshake that is done while the backlog is full ends with a reset, so that the peer does not wait (net.ipv4.tcp_abort_on_overflow).</summary>
    public bool AbortOnOverflow { get; init; }

    /// <summary>Connections in the handshake; of more SYNs the answer is a cookie.</summary>
    public int MaxHalfOpen { get; init; } = 256;

    /// <summary>False: SYNs beyond <see cref="MaxHalfOpen"/> are dropped.</summary>
    public bool SynCookies { get; init; } = true;

    public TcpProfile Profile { get; init; } = TcpProfile.Default;

    /// <summary>Decides on each SYN before it is answered; null: accepted. While cookies are sent, Defer is the same as Drop.</summary>
    public Func<PendingConnection, AcceptDecision>? Accept { get; init; }

    /// <summary>How long a deferred decision may take.</summary>
    public TimeSpan DeferTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>There is something to accept; called like an observer, at the end of a receive.</summary>
    public Action<TcpListener>? Acceptable { get; init; }
}
