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
    public async Task Abort_resets()
    {
        await using var pair = new StackPair();
        await using var listener = await new StackTransportFactory(pair.Server).BindAsync(Any, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(Target, StackPair.Soon);
        var connection = (await listener.AcceptAsync(StackPair.Soon))!;
        connection.Abort(new ConnectionAbortedException());
        await Assert.ThrowsAsync<IOException>(async () => await client.ReadExactlyAsync(new byte[1], StackPair.Soon));
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
