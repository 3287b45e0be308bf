namespace Weir.TcpIp.Tcp;

/// <summary>The states of RFC 9293 3.3.2. LISTEN is no state of a connection here: see <c>TcpListener</c>.</summary>
public enum TcpState : byte
{
    /// <summary>Nothing is sent or accepted any more; the connection is in no table.</summary>
    Closed,
    /// <summary>Our SYN is out. Data may be written; it waits.</summary>
    SynSent,
    /// <summary>A SYN came and ours is out with its ACK (or both crossed). Not yet given to anyone who accepts.</summary>
    SynReceived,
    /// <summary>Both directions are open.</summary>
    Established,
    /// <summary>We have closed; our FIN is queued or not acknowledged. The peer may send.</summary>
    FinWait1,
    /// <summary>Our FIN is acknowledged. The peer may send.</summary>
    FinWait2,
    /// <summary>The peer has closed. We may send.</summary>
    CloseWait,
    /// <summary>Both have closed, and neither FIN had the other's acknowledgment in it: ours is still to be acknowledged.</summary>
    Closing,
    /// <summary>The peer had closed before us; our FIN is still to be acknowledged.</summary>
    LastAck,
    /// <summary>All is done; the addresses and ports are kept for twice the segment lifetime, so that late segments find no new connection.</summary>
    TimeWait,
}
