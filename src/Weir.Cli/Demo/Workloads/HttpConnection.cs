using System.Net;
using System.Net.Sockets;

namespace Weir.Cli.Demo.Workloads;

/// <summary>One client connection to an HTTP/1.1 server.</summary>
internal sealed class HttpConnection(Socket socket) : IDisposable
{
    private readonly TextStream _stream = new(socket);

    public static async Task<HttpConnection> OpenAsync(IPEndPoint server, CancellationToken cancel)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancel);
            return new HttpConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The body of a 200; an <see cref="IOException"/> for anything else.</summary>
    public async Task<string> GetAsync(string host, string path, bool keep, CancellationToken cancel)
    {
        var connection = keep ? "" : "Connection: close\r\n";
        await _stream.WriteAsync($"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: weir-demo\r\n{connection}\r\n", cancel);
        var status = await _stream.ReadLineAsync(cancel) ?? throw new IOException("the server closed the connection");
        var length = 0;
        while (await _stream.ReadLineAsync(cancel) is { Length: > 0 } header)
        {
            if (header.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(header.AsSpan("Content-Length: ".Length));
        }

        var body = await _stream.ReadExactlyAsync(length, cancel) ?? throw new IOException("the answer was cut short");
        return status.Contains(" 200 ", StringComparison.Ordinal) ? body : throw new IOException(status);
    }

    public void Dispose() => _stream.Dispose();
}
