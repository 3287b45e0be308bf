namespace Weir.TcpIp.Tcp.Listening;

/// <summary>What is done with a SYN.</summary>
public enum AcceptDecision : byte
{
    /// <summary>Answered with SYN,ACK.</summary>
    Accept,
    /// <summary>Answered with a reset: the peer sees a closed port.</summary>
    Reject,
    /// <summary>Not answered: the peer tries again, and gives up in the end.</summary>
    Drop,
    /// <summary>Not answered yet: <see cref="PendingConnection.Complete"/> says it later, after the other side was dialled.</summary>
    Defer,
    /// <summary>Answered with an ICMP error: the peer hears that the host can't be reached. With a reset where there is no address to say it from, or too many were said.</summary>
    Unreachable,
}
