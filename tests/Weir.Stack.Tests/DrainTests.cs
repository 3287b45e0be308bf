using System.Net;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack.Tests;

/// <summary>The end of a stack waits for what was written to arrive, and for nothing else.</summary>
public class DrainTests
{
    private static readonly TimeSpan Ever = TimeSpan.FromHours(1);
    private static readonly IPEndPoint Target = new(StackPair.ServerAddress, 80);

    [Fact]
    public async Task It_comes_as_soon_as_all_has_arrived()
    {
        await using var pair = new StackPair(clientLinger: Ever);
        var (client, server) = await pair.OpenAsync();
        await client.WriteAsync(new byte[100_000], StackPair.Soon);
        await client.DisposeAsync();
        var ending = pair.Client.DisposeAsync().AsTask();
        Assert.Equal(100_000, await server.ReadAtLeastAsync(new byte[100_000], 100_000, cancellationToken: StackPair.Soon));
        await server.DisposeAsync();
        await ending.WaitAsync(StackPair.Soon);
    }

    [Fact]
    public async Task It_does_not_wait_for_what_is_open_and_quiet()
    {
        await using var pair = new StackPair(clientLinger: Ever);
        await pair.OpenAsync();
        await pair.Client.DisposeAsync().AsTask().WaitAsync(StackPair.Soon);
    }

    [Fact]
    public async Task It_does_not_wait_for_what_is_opening()
    {
        await using var pair = new StackPair(clientLinger: Ever);
        await using var listener = await pair.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), new StackListenOptions { Accept = _ => AcceptDecision.Drop }, StackPair.Soon);
        var connecting = pair.Client.ConnectAsync(Target, StackPair.Soon).AsTask();
        await pair.Client.DisposeAsync().AsTask().WaitAsync(StackPair.Soon);
        await Assert.ThrowsAnyAsync<Exception>(() => connecting);
    }
}
