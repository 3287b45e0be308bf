using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Linux;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Programs;

/// <summary>A TCP connection from inside a workload that the test keeps open, to try it again after each change.</summary>
internal sealed class HeldConnection : IDisposable
{
    private readonly Socket _socket;

    private HeldConnection(Socket socket) => _socket = socket;

    /// <summary>Null when nobody answers in time, or with a reset.</summary>
    public static HeldConnection? TryOpen(TestNamespace from, string address, int port, TimeSpan timeout)
    {
        IPEndPoint target = new(IPAddress.Parse(address), port);
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(from.Name);
        Socket socket = ns.Run(() => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false });
        try
        {
            socket.Connect(target);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // As expected of a socket that does not block.
        }

        bool answered = socket.Poll(timeout, SelectMode.SelectWrite) && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == 0;
        if (!answered)
        {
            socket.Dispose();
            return null;
        }

        socket.Blocking = true;
        return new HeldConnection(socket);
    }

    public static HeldConnection Open(TestNamespace from, string address, int port) =>
        TryOpen(from, address, port, TimeSpan.FromSeconds(5)) ?? throw new TimeoutException($"{from.Name} can't connect to {address} port {port}");

    /// <summary>Sends a line of Redis's inline protocol; true when the answer begins as it should, in time.</summary>
    public bool RedisAnswers(TimeSpan? timeout = null)
    {
        try
        {
            _socket.ReceiveTimeout = _socket.SendTimeout = (int)(timeout ?? TimeSpan.FromSeconds(5)).TotalMilliseconds;
            _socket.Send("PING\r\n"u8);
            byte[] answer = new byte[16];
            int length = _socket.Receive(answer);
            return Encoding.ASCII.GetString(answer, 0, length).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();
}
