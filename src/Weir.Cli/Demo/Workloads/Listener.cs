using System.Net;
using System.Net.Sockets;

namespace Weir.Cli.Demo.Workloads;

/// <summary>A TCP port, IPv4 and IPv6, that counts what it accepts and serves.</summary>
internal abstract class Listener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
    private readonly int _port;
    private long _connections;
    private long _requests;

    protected Listener(int port)
    {
        _port = port;
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        _socket.Listen(128);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    /// <summary>The port listened on, also when 0 was asked for.</summary>
    public int Port { get; }

    public ListenerCount Count => new(_port == 0 ? Port : _port, Interlocked.Read(ref _connections), Interlocked.Read(ref _requests));

    /// <summary>Accepts until cancelled; a peer that misbehaves ends its own connection only.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _socket.AcceptAsync(cancel);
            }
            catch (SocketException)
            {
                continue;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _connections);
            _ = ServeSafelyAsync(client, cancel);
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract Task ServeAsync(Socket client, CancellationToken cancel);

    protected void CountRequest() => Interlocked.Increment(ref _requests);

    private async Task ServeSafelyAsync(Socket client, CancellationToken cancel)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await ServeAsync(client, cancel);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The connection is over; the counts say what it did.
            }
        }
    }
}
