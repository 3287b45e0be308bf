using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Bench;

/// <summary>TCP connections a second: connect, a byte there, a byte back, close; from two threads, against one that accepts.</summary>
internal sealed class ConnectionRate(TestNamespace from, TestNamespace to, string address) : IDisposable
{
    private const int ClientThreads = 2;

    private readonly NetworkNamespace _clients = NetworkNamespace.OpenNamed(from.Name);
    private readonly NetworkNamespace _servers = NetworkNamespace.OpenNamed(to.Name);
    private readonly IPAddress _address = IPAddress.Parse(address);

    public double Measure(TimeSpan duration)
    {
        // Ports of closed connections are free again after a second, not after a minute.
        from.Run("sysctl", "-qw", "net.ipv4.tcp_tw_reuse=1", "net.ipv4.ip_local_port_range=10000 65000");
        using Socket listener = _servers.Run(() =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Any, 7777));
            socket.Listen(512);
            return socket;
        });
        Thread server = new(() => Serve(listener)) { IsBackground = true };
        server.Start();

        long done = 0;
        long start = TimeProvider.System.GetTimestamp();
        Thread[] clients = [.. Enumerable.Range(0, ClientThreads).Select(_ => new Thread(() => _clients.Run(() =>
        {
            while (TimeProvider.System.GetElapsedTime(start) < duration)
            {
                Exchange();
                Interlocked.Increment(ref done);
            }
        })))];
        foreach (Thread client in clients)
            client.Start();
        foreach (Thread client in clients)
            client.Join();
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        listener.Dispose();
        server.Join();
        return done / seconds;
    }

    public void Dispose()
    {
        _clients.Dispose();
        _servers.Dispose();
    }

    private static void Serve(Socket listener)
    {
        byte[] buffer = new byte[1];
        try
        {
            while (true)
            {
                using Socket connection = listener.Accept();
                if (connection.Receive(buffer) == 1)
                    connection.Send(buffer);
                // The client closes first, and keeps the TIME_WAIT.
                connection.Receive(buffer);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener was closed: the measurement is over.
        }
    }

    private void Exchange()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(_address, 7777);
        Span<byte> buffer = [1];
        socket.Send(buffer);
        socket.Receive(buffer);
    }
}
