using System.Net;
using Weir.TcpIp.Tcp;

namespace Weir.Stack;

/// <summary>A connection of a <see cref="TcpStack"/> at one moment, as <c>ss -ti</c> shows those of the kernel.</summary>
/// <param name="LocalEndPoint">Of a transparent connection: where the client wanted to go.</param>
/// <param name="RemoteEndPoint">The peer.</param>
/// <param name="Info">Like struct tcp_info.</param>
public sealed record StackConnection(IPEndPoint LocalEndPoint, IPEndPoint RemoteEndPoint, TcpConnectionInfo Info);
