using System.Net.Sockets;
using System.Text;

namespace Weir.Cli.Demo.Workloads;

/// <summary>A small HTTP/1.1 server: any GET is answered with what <paramref name="answer"/> says, connections are kept.</summary>
/// <param name="answer">The body, or null for a 502 (the server behind this one is not there).</param>
internal sealed class HttpListener(int port, Func<string, CancellationToken, Task<string?>> answer) : Listener(port)
{
    protected override async Task ServeAsync(Socket client, CancellationToken cancel)
    {
        using var stream = new TextStream(client);
        while (await stream.ReadLineAsync(cancel) is { Length: > 0 } request)
        {
            var keep = true;
            while (await stream.ReadLineAsync(cancel) is { Length: > 0 } header)
                keep &= !header.Equals("Connection: close", StringComparison.OrdinalIgnoreCase);

            CountRequest();
            var words = request.Split(' ');
            if (words is not ["GET", _, _])
            {
                await stream.WriteAsync("HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", cancel);
                return;
            }

            var body = await answer(words[1], cancel);
            var status = body is null ? "502 Bad Gateway" : "200 OK";
            body ??= "";
            await stream.WriteAsync(
                $"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}", cancel);
            if (!keep)
                return;
        }
    }
}
