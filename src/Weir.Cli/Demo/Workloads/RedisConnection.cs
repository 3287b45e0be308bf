using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.Cli.Demo.Workloads;

/// <summary>One client connection to a Redis server.</summary>
internal sealed class RedisConnection(Socket socket) : IDisposable
{
    private readonly TextStream _stream = new(socket);

    public static async Task<RedisConnection> OpenAsync(IPEndPoint server, CancellationToken cancel)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancel);
            return new RedisConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The answer as text, null for Redis' nil; an <see cref="IOException"/> when the server says no or goes away.</summary>
    public async Task<string?> SendAsync(IReadOnlyList<string> command, CancellationToken cancel)
    {
        var text = new StringBuilder($"*{command.Count}\r\n");
        foreach (var word in command)
            text.Append($"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        await _stream.WriteAsync(text.ToString(), cancel);

        var line = await _stream.ReadLineAsync(cancel) ?? throw new IOException("the server closed the connection");
        switch (line)
        {
            case ['+' or ':', .. var value]:
                return value;
            case "$-1":
                return null;
            case ['$', .. var length]:
                var bulk = await _stream.ReadExactlyAsync(int.Parse(length), cancel);
                await _stream.ReadLineAsync(cancel);
                return bulk;
            default:
                throw new IOException(line);
        }
    }

    public void Dispose() => _stream.Dispose();
}
