namespace Weir.Enforcer.Sessions;

/// <summary>How far a watched TCP session is. Names are those of net/netfilter/nf_conntrack_proto_tcp.c, where CLOSE_WAIT is part of FinWait here.</summary>
internal enum TcpSessionState : byte
{
    /// <summary>Nothing seen. A segment makes it; without a SYN the session was open before we looked.</summary>
    None,
    /// <summary>The client's SYN was seen. May be evicted.</summary>
    SynSent,
    /// <summary>The server's SYN+ACK (or, opening from both ends, its SYN) was seen. May be evicted.</summary>
    SynReceived,
    /// <summary>Both ends have spoken; only a FIN, a RST or a long silence ends it.</summary>
    Established,
    /// <summary>One end has sent FIN.</summary>
    FinWait,
    /// <summary>Both ends have sent FIN.</summary>
    LastAck,
    /// <summary>The last FIN is acknowledged. A SYN opens it anew.</summary>
    TimeWait,
    /// <summary>Reset. A SYN opens it anew.</summary>
    Closed,
}

internal enum TcpTransition : byte
{
    Advanced,
    Unchanged,
    Invalid,
}

/// <summary>Which end of a session sent a frame.</summary>
internal enum Sender : byte
{
    Client,
    Server,
}
