using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Weir.Stack.Forwarding;
using Weir.Stack.Streams;

namespace Weir.Stack.Tests;

/// <summary>client ── transparent stack ▸ forwarder ▸ another stack ── server</summary>
public class ForwarderTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.77");

    [Fact]
    public async Task Bytes_and_the_end_of_each_direction_pass_both_ways()
    {
        await using StackPair front = new(transparent: true), back = new();
        await using var forwarder = await TcpForwarder.StartAsync(front.Server, DialOn(back.Client));
        await using var listener = await back.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 4711), cancellationToken: StackPair.Soon);
        await using var client = await front.Client.ConnectAsync(new IPEndPoint(Elsewhere, 4711), StackPair.Soon);
        await using var server = await listener.AcceptAsync(StackPair.Soon);

        var bytes = RandomNumberGenerator.GetBytes(3_000_000);
        var sending = SendAsync(client, bytes);
        Assert.Equal(bytes, await ReadToEndAsync(server));
        await sending;
        Assert.Equal(1, forwarder.Open);
        sending = SendAsync(server, bytes.AsMemory(1));
        Assert.Equal(bytes[1..], await ReadToEndAsync(client));
        await sending;
        await DecisionTests.Cancelled(server.Closed);
    }

    [Fact]
    public async Task The_other_way_round_the_server_ends_first()
    {
        await using StackPair front = new(transparent: true), back = new();
        await using var forwarder = await TcpForwarder.StartAsync(front.Server, DialOn(back.Client));
        await using var listener = await back.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        await using var client = await front.Client.ConnectAsync(new IPEndPoint(Elsewhere, 80), StackPair.Soon);
        await using var server = await listener.AcceptAsync(StackPair.Soon);
        await SendAsync(server, "banner"u8.ToArray());
        Assert.Equal("banner"u8.ToArray(), await ReadToEndAsync(client));
        await SendAsync(client, "answer"u8.ToArray());
        Assert.Equal("answer"u8.ToArray(), await ReadToEndAsync(server));
    }

    [Fact]
    public async Task A_client_is_refused_when_the_other_end_is()
    {
        await using StackPair front = new(transparent: true), back = new();
        await using var forwarder = await TcpForwarder.StartAsync(front.Server, DialOn(back.Client));
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await front.Client.ConnectAsync(new IPEndPoint(Elsewhere, 81), StackPair.Soon));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Equal(0, forwarder.Open);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_of_one_end_resets_the_other_one(bool byClient)
    {
        await using StackPair front = new(transparent: true), back = new();
        await using var forwarder = await TcpForwarder.StartAsync(front.Server, DialOn(back.Client));
        await using var listener = await back.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        await using var client = await front.Client.ConnectAsync(new IPEndPoint(Elsewhere, 80), StackPair.Soon);
        await using var server = await listener.AcceptAsync(StackPair.Soon);
        var (first, second) = byClient ? (client, server) : (server, client);
        // The half that stays open is the one that nobody writes to.
        first.CloseWrite();
        Assert.Equal(0, await second.ReadAsync(new byte[1], StackPair.Soon));
        first.Abort();
        await DecisionTests.Cancelled(second.Closed);
        var reset = await Assert.ThrowsAsync<IOException>(async () => await second.WriteAsync(new byte[1], StackPair.Soon));
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(reset.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task What_was_dialled_is_reset_when_the_client_has_gone_meanwhile()
    {
        await using StackPair front = new(transparent: true), back = new();
        var (asked, dial) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var forwarder = await TcpForwarder.StartAsync(
            front.Server,
            async (incoming, gone) =>
            {
                asked.TrySetResult();
                await DecisionTests.Cancelled(gone);
                return await back.Client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon);
            },
            new TcpForwarderOptions { Listen = new StackListenOptions { AnyPort = true, Transparent = true, DecideTimeout = TimeSpan.FromMilliseconds(30) } });
        await using var listener = await back.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        using var cancel = new CancellationTokenSource();
        var connecting = front.Client.ConnectAsync(new IPEndPoint(Elsewhere, 80), cancel.Token).AsTask();
        await asked.Task.WaitAsync(StackPair.Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        await using var server = await listener.AcceptAsync(StackPair.Soon);
        await Assert.ThrowsAsync<IOException>(async () => await server.ReadExactlyAsync(new byte[1], StackPair.Soon));
    }

    [Fact]
    public async Task The_end_of_the_forwarder_resets_what_is_open_and_refuses_what_comes()
    {
        await using StackPair front = new(transparent: true), back = new();
        var forwarder = await TcpForwarder.StartAsync(front.Server, DialOn(back.Client));
        await using var listener = await back.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        await using var client = await front.Client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon);
        await using var server = await listener.AcceptAsync(StackPair.Soon);
        await forwarder.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(async () => await client.ReadExactlyAsync(new byte[1], StackPair.Soon));
        await Assert.ThrowsAsync<IOException>(async () => await server.ReadExactlyAsync(new byte[1], StackPair.Soon));
        Assert.Equal(0, forwarder.Open);
        await Assert.ThrowsAsync<SocketException>(async () => await front.Client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon));
    }

    private static Func<IncomingConnection, CancellationToken, ValueTask<Stream>> DialOn(TcpStack stack) =>
        async (incoming, cancel) => await stack.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, incoming.LocalEndPoint.Port), cancel);

    private static Task SendAsync(TcpStream stream, ReadOnlyMemory<byte> bytes) => Task.Run(async () =>
    {
        await stream.WriteAsync(bytes, StackPair.Soon);
        stream.CloseWrite();
    });

    private static async Task<byte[]> ReadToEndAsync(TcpStream stream)
    {
        using var received = new MemoryStream();
        await stream.CopyToAsync(received, StackPair.Soon);
        return received.ToArray();
    }
}
