using System.Net;
using Weir.Stack.Streams;
using Weir.Testing;

namespace Weir.Stack.Tests;

/// <summary>Reads, writes, cancellation and every way to end, all at once: nothing is lost, doubled or left waiting.</summary>
public class StreamRaceTests
{
    private const int Connections = 40, Total = 300_000;

    private enum Ending
    {
        WhenAllIsWritten,
        CloseWrite,
        DisposeSender,
        DisposeReceiver,
        AbortSender,
        AbortReceiver,
    }

    [Theory]
    [InlineData(1, false, 1500)]
    [InlineData(2, true, 1500)]
    [InlineData(3, false, 65520)]
    [InlineData(4, true, 65520)]
    public async Task Whatever_ends_a_connection_all_calls_end_and_what_was_read_is_what_was_written(int seed, bool inline, int mtu)
    {
        await using var pair = new StackPair(mtu, inline: inline, serverMemory: 1 << 20);
        await using var listener = await pair.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        var random = new Random(seed);
        var bytes = new byte[Total];
        random.NextBytes(bytes);
        var running = new List<Task>();
        for (var i = 0; i < Connections; i++)
        {
            var client = await pair.Client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon);
            var server = await listener.AcceptAsync(StackPair.Soon);
            var (sender, receiver) = random.Next(2) == 0 ? (client, server) : (server, client);
            running.Add(RunAsync(sender, receiver, bytes, (Ending)random.Next(6), random.Next()));
        }

        await Task.WhenAll(running).WaitAsync(StackPair.Soon);

        // Not in the stack's own thread, where this may be.
        await Task.Run(() => Eventually.True(TimeSpan.FromSeconds(20), () => pair.Client.MemoryUsed == 0 && pair.Server.MemoryUsed == 0, "all buffers are given back"), StackPair.Soon);
    }

    private static async Task RunAsync(TcpStream sender, TcpStream receiver, byte[] bytes, Ending ending, int seed)
    {
        var sending = Task.Run(() => SendAsync(sender, bytes, new Random(seed)));
        var receiving = Task.Run(() => ReceiveAsync(receiver, bytes, new Random(seed + 1)));
        var steps = new Random(seed + 2).Next(300);
        for (var i = 0; i < steps; i++)
            await Task.Yield();
        switch (ending)
        {
            case Ending.CloseWrite:
                sender.CloseWrite();
                break;
            case Ending.DisposeSender:
                await sender.DisposeAsync();
                break;
            case Ending.DisposeReceiver:
                await receiver.DisposeAsync();
                break;
            case Ending.AbortSender:
                sender.Abort();
                break;
            case Ending.AbortReceiver:
                receiver.Abort();
                break;
        }

        await Task.WhenAll(sending, receiving);
        Assert.True(ending != Ending.WhenAllIsWritten || await receiving, "all came, and then the end");
        await sender.DisposeAsync();
        await receiver.DisposeAsync();
    }

    private static async Task SendAsync(TcpStream stream, byte[] bytes, Random random)
    {
        try
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                var count = Math.Min(random.Next(1, 20_000), bytes.Length - sent);
                await stream.WriteAsync(bytes.AsMemory(sent, count), StackPair.Soon);
                sent += count;
            }

            stream.CloseWrite();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Ended meanwhile.
        }
    }

    /// <returns>All came, and the end.</returns>
    private static async Task<bool> ReceiveAsync(TcpStream stream, byte[] bytes, Random random)
    {
        var buffer = new byte[30_000];
        var received = 0;
        try
        {
            while (true)
            {
                using var cancel = new CancellationTokenSource();
                var read = stream.ReadAsync(buffer.AsMemory(0, random.Next(1, buffer.Length)), cancel.Token).AsTask();
                if (random.Next(4) == 0)
                    await cancel.CancelAsync();
                var count = await ReadAsync(read);
                if (count < 0)
                    continue;
                Assert.True(buffer.AsSpan(0, count).SequenceEqual(bytes.AsSpan(received, count)), $"other bytes behind {received}");
                received += count;
                if (count == 0)
                    return received == bytes.Length;
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return false;
        }

        // -1: cancelled.
        static async Task<int> ReadAsync(Task<int> read)
        {
            try
            {
                return await read.WaitAsync(StackPair.Soon);
            }
            catch (OperationCanceledException) when (read.IsCanceled)
            {
                return -1;
            }
        }
    }
}
