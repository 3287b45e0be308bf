using System.Net.Sockets;

namespace Weir.Cli.Demo.Workloads;

/// <summary>A port that says a line to whoever comes, and nothing else.</summary>
internal sealed class GreetingListener(int port, string greeting) : Listener(port)
{
    protected override async Task ServeAsync(Socket client, CancellationToken cancel)
    {
        using var stream = new TextStream(client);
        await stream.WriteAsync(greeting + "\r\n", cancel);
        CountRequest();
        await stream.ReadLineAsync(cancel);
    }
}
