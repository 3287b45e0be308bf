using System.Net.Sockets;
using Weir.Linux;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack.Forwarding;

/// <summary>What a client is told when the other end could not be reached: what it would have been told without us.</summary>
internal static class DialFailure
{
    internal static AcceptDecision DecisionOf(Exception exception) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut } => AcceptDecision.Unreachable,
        LinuxException { Errno: (int)Errno.EHOSTUNREACH or (int)Errno.ENETUNREACH or (int)Errno.ETIMEDOUT } => AcceptDecision.Unreachable,
        _ => AcceptDecision.Reject,
    };
}
