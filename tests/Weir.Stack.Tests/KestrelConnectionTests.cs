using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Weir.Stack.Kestrel;

namespace Weir.Stack.Tests;

/// <summary>A connection and a listener as Kestrel handles them.</summary>
public class KestrelConnectionTests
{
    private static readonly IPEndPoint Any = new(IPAddress.Any, 80), Target = new(StackPair.ServerAddress, 80);

    [Fact]
    public async Task A_connection_has_its_ends_and_tells_when_it_is_closed()
    {
        await using var pair = new StackPair();
        await using var listener = await new StackTransportFactory(pair.Server).BindAsync(Any, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        var connection = (await listener.AcceptAsync(StackPair.Soon))!;
        Assert.Equal((Target, client.LocalEndPoint), (connection.LocalEndPoint, connection.RemoteEndPoint));
        await connection.Transport.Output.WriteAsync("hello"u8.ToArray(), StackPair.Soon);
        var buffer = new byte[5];
        await client.ReadExactlyAsync(buffer, StackPair.Soon);
        Assert.Equal("hello", Encoding.ASCII.GetString(buffer));
        Assert.False(connection.ConnectionClosed.IsCancellationRequested);
        client.Abort();
        await DecisionTests.Cancelled(connection.ConnectionClosed);
    }

    [Fact]
    public async Task A_FIN_ends_the_input_and_is_told_while_nobody_reads_and_what_is_written_still_goes()
    {
        await using var pair = new StackPair();
        await using var listener = await new StackTransportFactory(pair.Server).BindAsync(Any, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        await using var connection = (await listener.AcceptAsync(StackPair.Soon))!;
        var input = connection.Transport.Input;
        await client.WriteAsync("first"u8.ToArray(), StackPair.Soon);
        input.AdvanceTo((await input.ReadAtLeastAsync(5, StackPair.Soon)).Buffer.End);

        await client.WriteAsync("last"u8.ToArray(), StackPair.Soon);
        client.CloseWrite();
        await DecisionTests.Cancelled(connection.ConnectionClosed);
        Assert.True(input.TryRead(out var rest));
        Assert.True(rest.IsCompleted);
        Assert.Equal("last"u8.ToArray(), rest.Buffer.ToArray());
        await connection.Transport.Output.WriteAsync("bye"u8.ToArray(), StackPair.Soon);
        await client.ReadExactlyAsync(new byte[3], StackPair.Soon);
    }

    [Fact]
    public async Task A_FIN_that_comes_with_a_request_is_told_when_that_is_read()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        await using var connection = new StackConnectionContext(server, Timeout.InfiniteTimeSpan);
        await SendAndEndAsync(pair, client);
        Assert.False(connection.ConnectionClosed.IsCancellationRequested);
        Assert.Equal(7, (await connection.Transport.Input.ReadAsync(StackPair.Soon)).Buffer.Length);
        await DecisionTests.Cancelled(connection.ConnectionClosed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_FIN_is_told_though_nobody_ever_reads_what_came_before(bool aborted)
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        await using var connection = new StackConnectionContext(server, aborted ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(1));
        await SendAndEndAsync(pair, client);
        if (aborted)
            connection.Abort(new ConnectionAbortedException());
        await DecisionTests.Cancelled(connection.ConnectionClosed);
    }

    private static async Task SendAndEndAsync(StackPair pair, Streams.TcpStream client)
    {
        await client.WriteAsync("request"u8.ToArray(), StackPair.Soon);
        client.CloseWrite();
        Weir.Testing.Eventually.True(TimeSpan.FromSeconds(20), () => Assert.Single(pair.Server.ListConnections()).Info is { State: TcpIp.Tcp.TcpState.CloseWait, ReceiveBuffered: 0 }, "all was taken");
    }

    [Fact]
    public async Task Who_throws_when_it_hears_of_the_end_harms_nobody()
    {
        await using var pair = new StackPair();
        await using var listener = await new StackTransportFactory(pair.Server).BindAsync(Any, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        var connection = (await listener.AcceptAsync(StackPair.Soon))!;
        connection.ConnectionClosed.Register(() => throw new InvalidOperationException());
        connection.Abort(new ConnectionAbortedException());
        await connection.DisposeAsync().AsTask().WaitAsync(StackPair.Soon);
        Assert.True(connection.ConnectionClosed.IsCancellationRequested);
    }

    [Fact]
    public async Task Abort_resets_and_its_reason_is_told_to_who_reads()
    {
        await using var pair = new StackPair();
        await using var listener = await new StackTransportFactory(pair.Server).BindAsync(Any, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        await using var connection = (await listener.AcceptAsync(StackPair.Soon))!;
        var read = connection.Transport.Input.ReadAsync(StackPair.Soon).AsTask();
        var reason = new ConnectionAbortedException("for a reason");
        connection.Abort(reason);
        connection.Abort(new ConnectionAbortedException("for another one"));
        await Assert.ThrowsAsync<IOException>(async () => await client.ReadExactlyAsync(new byte[1], StackPair.Soon));
        Assert.Same(reason, await Assert.ThrowsAsync<ConnectionAbortedException>(() => read));
        await DecisionTests.Cancelled(connection.ConnectionClosed);

        // Not to go on for ever, and not a failure: the token and the input have told.
        Assert.True((await connection.Transport.Output.FlushAsync(StackPair.Soon)).IsCompleted);
        Assert.True((await connection.Transport.Output.WriteAsync(new byte[1 << 20], StackPair.Soon)).IsCompleted);
    }

    [Fact]
    public async Task An_abort_is_told_although_nobody_reads_and_the_input_is_full()
    {
        await using var pair = new StackPair();
        await using var listener = await new StackTransportFactory(pair.Server).BindAsync(Any, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        await using var connection = (await listener.AcceptAsync(StackPair.Soon))!;
        var sending = client.WriteAsync(new byte[16 << 20], StackPair.Soon).AsTask();
        Weir.Testing.Eventually.True(TimeSpan.FromSeconds(20), () => client.Info is { SndWnd: < 1500, InFlight: 0 } && !sending.IsCompleted, "the client has to wait");
        connection.Abort(new ConnectionAbortedException());
        await DecisionTests.Cancelled(connection.ConnectionClosed);
        await Assert.ThrowsAsync<IOException>(() => sending);
    }

    [Fact]
    public async Task A_reset_is_told_to_who_reads_and_a_write_does_not_throw()
    {
        await using var pair = new StackPair();
        await using var listener = await new StackTransportFactory(pair.Server).BindAsync(Any, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        await using var connection = (await listener.AcceptAsync(StackPair.Soon))!;
        var read = connection.Transport.Input.ReadAsync(StackPair.Soon).AsTask();
        client.Abort();
        await Assert.ThrowsAsync<ConnectionResetException>(() => read);
        while (!(await connection.Transport.Output.WriteAsync(new byte[1000], StackPair.Soon)).IsCompleted)
            StackPair.Soon.ThrowIfCancellationRequested();
    }

    [Fact]
    public async Task No_more_is_taken_than_the_input_has_room_for()
    {
        await using var pair = new StackPair();
        await using var listener = await new StackTransportFactory(pair.Server).BindAsync(Any, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        await using var connection = (await listener.AcceptAsync(StackPair.Soon))!;
        const int Total = 16 << 20;
        var sending = client.WriteAsync(new byte[Total], StackPair.Soon);
        var input = connection.Transport.Input;
        var there = 0L;
        Weir.Testing.Eventually.True(TimeSpan.FromSeconds(20), () => Look() >= 1 << 20 && client.Info is { SndWnd: < 1500, InFlight: 0 }, "the client has to wait");
        Assert.InRange(Look(), 1 << 20, (1 << 20) + (1 << 16));

        // Nor is any of it lost.
        var received = 0L;
        while (received < Total)
        {
            var next = await input.ReadAsync(StackPair.Soon);
            received += next.Buffer.Length;
            input.AdvanceTo(next.Buffer.End);
        }

        await sending;
        Assert.Equal(Total, received);

        long Look()
        {
            if (!input.TryRead(out var result))
                return there;
            there = result.Buffer.Length;
            input.AdvanceTo(result.Buffer.Start);
            return there;
        }
    }

    [Fact]
    public async Task Disposal_ends_the_pipes_and_tells()
    {
        await using var pair = new StackPair();
        await using var listener = await new StackTransportFactory(pair.Server).BindAsync(Any, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        var connection = (await listener.AcceptAsync(StackPair.Soon))!;
        await connection.DisposeAsync().AsTask().WaitAsync(StackPair.Soon);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.Transport.Input.ReadAsync(StackPair.Soon));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.Transport.Output.WriteAsync(new byte[1], StackPair.Soon));
        Assert.True(connection.ConnectionClosed.IsCancellationRequested);
        Assert.Equal(0, await client.ReadAsync(new byte[1], StackPair.Soon));
    }

    [Fact]
    public async Task Disposal_closes_with_what_was_written()
    {
        await using var pair = new StackPair();
        await using var listener = await new StackTransportFactory(pair.Server).BindAsync(Any, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        var connection = (await listener.AcceptAsync(StackPair.Soon))!;
        await connection.Transport.Output.WriteAsync("bye"u8.ToArray(), StackPair.Soon);
        await connection.DisposeAsync();
        using var received = new MemoryStream();
        await client.CopyToAsync(received, StackPair.Soon);
        Assert.Equal("bye"u8.ToArray(), received.ToArray());
    }

    [Fact]
    public async Task A_listener_that_is_unbound_gives_no_more_and_its_port_is_free()
    {
        await using var pair = new StackPair();
        var factory = new StackTransportFactory(pair.Server);
        var listener = await factory.BindAsync(Any, StackPair.Soon);
        await Assert.ThrowsAsync<AddressInUseException>(async () => await factory.BindAsync(Any, StackPair.Soon));
        await listener.UnbindAsync(StackPair.Soon);
        Assert.Null(await listener.AcceptAsync(StackPair.Soon));
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await pair.Client.ConnectAsync(Target, StackPair.Soon));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        await (await factory.BindAsync(Any, StackPair.Soon)).DisposeAsync();
        await Assert.ThrowsAsync<NotSupportedException>(async () => await factory.BindAsync(new DnsEndPoint("localhost", 80), StackPair.Soon));
    }
}
