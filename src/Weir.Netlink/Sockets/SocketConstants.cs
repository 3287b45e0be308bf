namespace Weir.Netlink.Sockets;

/// <summary>include/uapi/linux/sock_diag.h.</summary>
internal enum SocketMessageType : ushort
{
    SOCK_DIAG_BY_FAMILY = 20,
    SOCK_DESTROY = 21,
}

/// <summary>include/uapi/linux/inet_diag.h: INET_DIAG_.</summary>
internal enum SocketAttribute : ushort
{
    INET_DIAG_MEMINFO = 1,
    INET_DIAG_INFO = 2,
    INET_DIAG_CONG = 4,
    INET_DIAG_TOS = 5,
    INET_DIAG_TCLASS = 6,
    INET_DIAG_SKMEMINFO = 7,
    INET_DIAG_SHUTDOWN = 8,
    INET_DIAG_SKV6ONLY = 11,
    INET_DIAG_MARK = 15,
    INET_DIAG_CGROUP_ID = 21,
}

/// <summary>include/uapi/linux/unix_diag.h: UNIX_DIAG_.</summary>
internal enum UnixSocketAttribute : ushort
{
    UNIX_DIAG_NAME = 0,
    UNIX_DIAG_PEER = 2,
    UNIX_DIAG_RQLEN = 4,
    UNIX_DIAG_MEMINFO = 5,
    UNIX_DIAG_SHUTDOWN = 6,
    UNIX_DIAG_UID = 7,
}

/// <summary>include/uapi/linux/unix_diag.h: UDIAG_SHOW_.</summary>
[Flags]
internal enum UnixShow : uint
{
    None = 0,
    UDIAG_SHOW_NAME = 0x1,
    UDIAG_SHOW_PEER = 0x4,
    UDIAG_SHOW_RQLEN = 0x10,
    UDIAG_SHOW_MEMINFO = 0x20,
    UDIAG_SHOW_UID = 0x40,
}

/// <summary>include/net/tcp_states.h. UDP and raw sockets are in TCP_CLOSE, or TCP_ESTABLISHED once connected.</summary>
public enum SocketState : byte
{
    Unknown = 0,
    TCP_ESTABLISHED = 1,
    TCP_SYN_SENT = 2,
    TCP_SYN_RECV = 3,
    TCP_FIN_WAIT1 = 4,
    TCP_FIN_WAIT2 = 5,
    TCP_TIME_WAIT = 6,
    TCP_CLOSE = 7,
    TCP_CLOSE_WAIT = 8,
    TCP_LAST_ACK = 9,
    TCP_LISTEN = 10,
    TCP_CLOSING = 11,
    TCP_NEW_SYN_RECV = 12,
}

/// <summary>Sets of <see cref="SocketState"/>: a bit for each, as <c>ss</c> asks for them.</summary>
[Flags]
public enum SocketStates : uint
{
    None = 0,

    /// <summary><c>ss -l</c>: listening, and not connected.</summary>
    Listening = (1 << SocketState.TCP_CLOSE) | (1 << SocketState.TCP_LISTEN),

    Established = 1 << SocketState.TCP_ESTABLISHED,

    /// <summary><c>ss -a</c>.</summary>
    All = 0xfff,
}

/// <summary>IPPROTO_ of the kinds of sockets that can be listed.</summary>
public enum SocketProtocol : byte
{
    Tcp = 6,
    Udp = 17,
    UdpLite = 136,
    Raw = 255,
}
