using Weir.Stack.Devices;
using Weir.Stack.Streams;
using Weir.TcpIp;

namespace Weir.Stack.Tests;

/// <summary>One at a time waits; a second one is refused, and the first does not notice.</summary>
public class AsyncSignalTests
{
    [Fact]
    public async Task Who_comes_before_the_first_has_gone_on_is_refused_and_the_first_goes_on()
    {
        var (port, other) = MemoryPort.CreatePair();
        using var otherEnd = other;
        using var end = port;
        var signal = new AsyncSignal(new StackLoop(port, new NetworkStack(new NetworkStackOptions { Random = () => 1 }), 0, "test", TimeSpan.Zero, _ => { }) { Clock = () => TimeSpan.Zero });
        var first = signal.Wait();
        await ExpectRefused(signal);
        signal.Set();
        Assert.True(first.IsCompleted);
        await ExpectRefused(signal);
        await first;

        var second = signal.Wait();
        signal.Fail(new IOException());
        await ExpectRefused(signal);
        await Assert.ThrowsAsync<IOException>(async () => await second);
        var third = signal.Wait();
        Assert.False(third.IsCompleted);
        signal.Set();
        await third;
    }

    [Fact]
    public async Task A_second_reader_is_refused_and_the_first_gets_the_bytes()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        var buffer = new byte[4];
        var first = client.ReadAsync(buffer, StackPair.Soon);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.ReadExactlyAsync(new byte[4], StackPair.Soon));
        await server.WriteAsync(new byte[] { 1, 2, 3, 4 }, StackPair.Soon);
        Assert.Equal(4, await first);
        Assert.Equal([1, 2, 3, 4], buffer);
    }

    private static async Task ExpectRefused(AsyncSignal signal) =>
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await signal.Wait().AsTask().WaitAsync(StackPair.Soon));
}
