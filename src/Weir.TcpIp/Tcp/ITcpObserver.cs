namespace Weir.TcpIp.Tcp;

/// <summary>What has happened to a connection since it was last told.</summary>
[Flags]
public enum TcpEvents : byte
{
    None = 0,
    /// <summary>The handshake is done.</summary>
    Connected = 1,
    /// <summary>There are bytes to read that were not there before.</summary>
    Readable = 2,
    /// <summary>A write was cut short before; now there is room again.</summary>
    Writable = 4,
    /// <summary>The peer's FIN has been reached; what is buffered can still be read.</summary>
    ReadClosed = 8,
    /// <summary>Both directions are closed, or the connection has failed: see <see cref="TcpConnection.Error"/>. The last event.</summary>
    Closed = 16,
}

/// <summary>Who uses a connection. Called at the end of the layer's Receive or Expire, on its thread, never from within itself.</summary>
public interface ITcpObserver
{
    /// <summary>May read, write, close and abort; what that causes is told in a call of its own.</summary>
    void Notify(TcpConnection connection, TcpEvents events);
}
