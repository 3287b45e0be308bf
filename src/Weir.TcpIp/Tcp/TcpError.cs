namespace Weir.TcpIp.Tcp;

/// <summary>Why a connection ended other than by both sides closing.</summary>
public enum TcpError : byte
{
    None,
    /// <summary>The peer answered our SYN with a reset (RFC 9293 3.10.7.3), or with ICMP "port" or "protocol unreachable".</summary>
    Refused,
    /// <summary>The peer sent a reset.</summary>
    Reset,
    /// <summary>The peer did not answer in as many retransmissions, or in the user timeout (RFC 9293 3.8.3).</summary>
    TimedOut,
    /// <summary>The peer did not answer, and routers said that host or network can't be reached.</summary>
    Unreachable,
    /// <summary>This side gave up: Abort, or Close with data unread.</summary>
    Aborted,
}
