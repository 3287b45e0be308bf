using System.Net;
using Weir.Stack.Streams;
using Weir.TcpIp.Tcp;
using Weir.Testing;

namespace Weir.Stack.Tests;

/// <summary>What is cancelled ends, and nothing is lost or doubled by it.</summary>
public class CancellationTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly IPEndPoint Target = new(StackPair.ServerAddress, 80);

    [Fact]
    public async Task A_connection_whose_opening_is_cancelled_is_gone()
    {
        await using var pair = new StackPair();
        await using var listener = await pair.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), new StackListenOptions { Accept = _ => TcpIp.Tcp.Listening.AcceptDecision.Drop }, StackPair.Soon);
        using var cancel = new CancellationTokenSource();
        var connecting = pair.Client.ConnectAsync(Target, cancel.Token).AsTask();
        Assert.Equal(TcpState.SynSent, Assert.Single(pair.Client.ListConnections()).Info.State);
        await cancel.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        Assert.Equal(cancel.Token, cancelled.CancellationToken);
        Assert.Empty(pair.Client.ListConnections());
    }

    [Fact]
    public async Task A_write_that_is_cancelled_has_sent_a_part_once_and_the_next_one_follows_it()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        // Far more than both buffers (a writer that waits is told when a third is free), and a byte says where it belongs.
        var bytes = new byte[64 << 20];
        new Random(11).NextBytes(bytes);
        using var cancel = new CancellationTokenSource();
        var writing = client.WriteAsync(bytes, cancel.Token).AsTask();
        Eventually.True(Deadline, () => client.Info is { SendBuffered: var buffered, SendCapacity: var capacity, SndWnd: < 1500, InFlight: 0 } && buffered >= capacity / 3 * 2, "both buffers are full");
        Assert.False(writing.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.WaitAsync(StackPair.Soon));
        Assert.True(writing.IsCanceled);

        var mark = "after"u8.ToArray();
        var marking = Task.Run(async () =>
        {
            await client.WriteAsync(mark, StackPair.Soon);
            client.CloseWrite();
        }, StackPair.Soon);
        using var received = new MemoryStream();
        await server.CopyToAsync(received, StackPair.Soon);
        await marking;
        var all = received.GetBuffer().AsSpan(0, (int)received.Length);
        Assert.InRange(all.Length, 100_000, bytes.Length);
        Assert.True(all[..^mark.Length].SequenceEqual(bytes.AsSpan(0, all.Length - mark.Length)));
        Assert.True(all[^mark.Length..].SequenceEqual(mark));
    }

    [Fact]
    public async Task Reads_that_are_cancelled_as_bytes_come_lose_none()
    {
        const int Count = 2000;
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
            {
                await client.WriteAsync(new[] { (byte)i }, StackPair.Soon);
                await Task.Yield();
            }

            client.CloseWrite();
        }, StackPair.Soon);
        var received = new List<byte>();
        var buffer = new byte[1];
        while (true)
        {
            using var cancel = new CancellationTokenSource();
            var read = server.ReadAsync(buffer, cancel.Token).AsTask();
            await cancel.CancelAsync();
            int count;
            try
            {
                count = await read.WaitAsync(StackPair.Soon);
            }
            catch (OperationCanceledException) when (!StackPair.Soon.IsCancellationRequested)
            {
                continue;
            }

            if (count == 0)
                break;
            received.Add(buffer[0]);
        }

        await writing;
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (byte)i), received);
    }

    [Fact]
    public async Task What_is_cancelled_already_begins_nothing()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        await client.WriteAsync(new byte[1], StackPair.Soon);
        Assert.Equal(0, await server.ReadAsync(Memory<byte>.Empty, StackPair.Soon));
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await server.ReadExactlyAsync(new byte[1], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await server.WriteAsync(new byte[1], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pair.Client.ConnectAsync(Target, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pair.Client.ListenAsync(Target, cancellationToken: cancelled));
        Assert.Single(pair.Client.ListConnections());
        Assert.Equal(1, await server.ReadAsync(new byte[2], StackPair.Soon));
        server.CloseWrite();
        Assert.Equal(0, await client.ReadAsync(new byte[1], StackPair.Soon));
    }
}
