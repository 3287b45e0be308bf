using System.Net.Sockets;
using Weir.TcpIp.Tcp;

namespace Weir.Stack.Tests;

/// <summary>What an application does is told to its peer at once. No time passes here, so that no timer makes up for what was not.</summary>
public class AtOnceTests
{
    [Fact]
    public async Task A_connection_and_what_is_written()
    {
        await using var pair = new StackPair(stopped: true);
        var (client, server) = await pair.OpenAsync();
        await client.WriteAsync("a byte or two"u8.ToArray(), StackPair.Soon);
        await server.ReadExactlyAsync(new byte[13], StackPair.Soon);
    }

    [Fact]
    public async Task The_room_that_a_read_has_made()
    {
        await using var pair = new StackPair(stopped: true);
        var (client, server) = await pair.OpenAsync();
        const int Total = 8 << 20;
        var sending = client.WriteAsync(new byte[Total], StackPair.Soon).AsTask();
        Weir.Testing.Eventually.True(TimeSpan.FromSeconds(20), () => client.Info is { SndWnd: < 1500, InFlight: 0 }, "the window is full");
        var (buffer, received) = (new byte[1 << 16], 0);
        while (received < Total)
            received += await server.ReadAsync(buffer, StackPair.Soon);
        await sending;
    }

    [Fact]
    public async Task The_end_of_one_direction()
    {
        await using var pair = new StackPair(stopped: true);
        var (client, server) = await pair.OpenAsync();
        var read = server.ReadAsync(new byte[1], StackPair.Soon);
        Assert.False(read.IsCompleted);
        client.CloseWrite();
        Assert.Equal(0, await read);
    }

    [Fact]
    public async Task The_end_of_both()
    {
        await using var pair = new StackPair(stopped: true);
        var (client, server) = await pair.OpenAsync();
        await client.DisposeAsync();
        Assert.Equal(0, await server.ReadAsync(new byte[1], StackPair.Soon));
    }

    [Fact]
    public async Task A_reset_and_to_oneself_too()
    {
        await using var pair = new StackPair(stopped: true);
        var (client, server) = await pair.OpenAsync();
        client.Abort();
        await DecisionTests.Cancelled(client.Closed);
        var reset = await Assert.ThrowsAsync<IOException>(async () => await server.ReadExactlyAsync(new byte[1], StackPair.Soon));
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(reset.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task A_reset_to_who_waits_for_room()
    {
        await using var pair = new StackPair(stopped: true);
        var (client, server) = await pair.OpenAsync();
        var writing = client.WriteAsync(new byte[64 << 20], StackPair.Soon).AsTask();
        Assert.False(writing.IsCompleted);
        server.Abort();
        var reset = await Assert.ThrowsAsync<IOException>(() => writing);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(reset.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task What_waited_for_an_ACK_until_that_is_not_wanted_any_more()
    {
        await using var pair = new StackPair(stopped: true);
        var (client, server) = await pair.OpenAsync();
        await client.WriteAsync("first"u8.ToArray(), StackPair.Soon);
        Weir.Testing.Eventually.True(TimeSpan.FromSeconds(20), () => server.Info.ReceiveBuffered == 5, "the first has come");
        await client.WriteAsync("second"u8.ToArray(), StackPair.Soon);
        Assert.Equal(5, client.Info.InFlight);
        client.NoDelay = true;

        // Not by reading, which opens the window, and that is told with an ACK.
        Weir.Testing.Eventually.True(TimeSpan.FromSeconds(20), () => server.Info.ReceiveBuffered == 11, "both have come");
    }

    [Fact]
    public async Task What_was_written_to_who_has_closed_is_answered()
    {
        await using var pair = new StackPair(stopped: true);
        var (client, server) = await pair.OpenAsync();
        await server.DisposeAsync();
        Assert.Equal(0, await client.ReadAsync(new byte[1], StackPair.Soon));
        await client.WriteAsync(new byte[1], StackPair.Soon);
        await DecisionTests.Cancelled(client.Closed);
        Assert.Equal(TcpState.Closed, client.Info.State);
    }
}
