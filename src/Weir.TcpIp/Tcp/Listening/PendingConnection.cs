namespace Weir.TcpIp.Tcp.Listening;

/// <summary>A SYN that someone has to decide on.</summary>
public sealed class PendingConnection
{
    private readonly TcpLayer _layer;

    internal PendingConnection(TcpLayer layer, TcpConnection connection)
    {
        _layer = layer;
        Connection = connection;
    }

    /// <summary>Where the peer wanted to go: for a transparent listener the original destination.</summary>
    public UInt128 LocalAddress => Connection.LocalAddress;

    public ushort LocalPort => Connection.LocalPort;

    public UInt128 RemoteAddress => Connection.RemoteAddress;

    public ushort RemotePort => Connection.RemotePort;

    /// <summary>The interface that the SYN came in on.</summary>
    public int Interface => Connection.Interface;

    /// <summary>Whatever the one who decides wants to find again; becomes the connection's.</summary>
    public object? Owner
    {
        get => Connection.Owner;
        set => Connection.Owner = value;
    }

    /// <summary>The peer has gone, or it took too long: a decision has no effect any more.</summary>
    public bool IsCancelled => Connection.State == TcpState.Closed;

    /// <summary>What it becomes when it is accepted.</summary>
    public TcpConnection Connection { get; }

    /// <summary>Says what is done with a SYN that was deferred.</summary>
    /// <exception cref="ArgumentException"><see cref="AcceptDecision.Defer"/>: that was said already.</exception>
    public void Complete(AcceptDecision decision)
    {
        if (decision == AcceptDecision.Defer)
            throw new ArgumentException("The decision was deferred already.", nameof(decision));
        _layer.Complete(this, decision);
    }
}
