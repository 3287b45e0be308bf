using System.Net;
using Weir.Stack.Forwarding;
using Weir.Stack.Streams;
using Weir.TcpIp.Tcp;
using Weir.Testing;

namespace Weir.Stack.Tests;

/// <summary>What many connections take together. Alone, since the process's memory is looked at.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    private static readonly TcpProfile Impatient = TcpProfile.Default with { InitialRto = TimeSpan.FromMilliseconds(20), MinRto = TimeSpan.FromMilliseconds(20), MaxRto = TimeSpan.FromMilliseconds(100), SynRetransmissions = 1000, MaxRetransmissions = 1000 };
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_writer_that_the_common_limit_stops_goes_on_when_another_connection_was_read()
    {
        const int Limit = 32 << 10, Sent = 1 << 20;
        await using var pair = new StackPair(serverMemory: Limit, clientProfile: Impatient);
        var (unread, unreadServer) = await pair.OpenAsync(81);
        var (other, otherServer) = await pair.OpenAsync(82);
        var filling = Task.Run(async () =>
        {
            await unreadServer.WriteAsync(new byte[Sent], StackPair.Soon);
            unreadServer.CloseWrite();
        }, StackPair.Soon);
        Eventually.True(Deadline, () => pair.Server.MemoryUsed >= Limit, "the memory is full");

        var write = otherServer.WriteAsync(new byte[] { 1, 2, 3 }, StackPair.Soon);
        Assert.False(write.IsCompleted);
        Assert.InRange(pair.Server.MemoryUsed, Limit, 9 * Limit);

        Assert.Equal(Sent, await CountAsync(unread));
        await write;
        await other.ReadExactlyAsync(new byte[3], StackPair.Soon);
        await filling;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_nobody_has_read_of_a_connection_that_is_over_is_given_back(bool abort)
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        server.CloseWrite();
        Assert.Equal(0, await client.ReadAsync(new byte[1], StackPair.Soon));
        await client.WriteAsync(new byte[10_000], StackPair.Soon);
        await client.DisposeAsync();
        await DecisionTests.Cancelled(server.Closed);
        Assert.True(pair.Server.MemoryUsed >= 10_000);

        if (abort)
            server.Abort();
        await server.DisposeAsync();
        Assert.Equal(0, pair.Server.MemoryUsed);
    }

    [Fact]
    public async Task Connections_beyond_the_most_are_not_taken()
    {
        var options = new TcpStackOptions { Name = "few", Addresses = [TcpIp.Ip.IpPrefix.Parse("10.0.0.2/24")], MaxConnections = 3 };
        var (first, second) = Devices.MemoryPort.CreatePair();
        await using var client = TcpStack.Start(first, new TcpStackOptions { Name = "many", Addresses = [TcpIp.Ip.IpPrefix.Parse("10.0.0.1/24")], Profile = Impatient });
        await using var server = TcpStack.Start(second, options);
        await using var listener = await server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        for (var i = 0; i < 3; i++)
            await client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon);
        using var cancel = new CancellationTokenSource();
        var refused = client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), cancel.Token).AsTask();
        Eventually.True(Deadline, () => client.ListConnections().Any(connection => connection.Info is { State: TcpState.SynSent, SegmentsSent: > 1 }), "the SYN was sent again");
        Assert.Equal(3, server.ListConnections().Count);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refused);
    }

    [Fact]
    public async Task Idle_connections_through_a_forwarder_hold_no_buffers()
    {
        const int Count = 1000;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using StackPair front = new(transparent: true), back = new();
        await using var forwarder = await TcpForwarder.StartAsync(
            front.Server, async (incoming, cancel) => await back.Client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), cancel));
        await using var listener = await back.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), new StackListenOptions { Backlog = Count }, StackPair.Soon);
        var clients = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => front.Client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon).AsTask()));
        var servers = new List<TcpStream>();
        while (servers.Count < Count)
            servers.Add(await listener.AcceptAsync(StackPair.Soon));
        await Task.WhenAll(clients.Select(client => client.WriteAsync(new byte[1000], StackPair.Soon).AsTask()));
        await Task.WhenAll(servers.Select(server => server.ReadExactlyAsync(new byte[1000], StackPair.Soon).AsTask()));

        Assert.Equal(Count, forwarder.Open);
        Eventually.True(Deadline, () => front.Client.MemoryUsed + front.Server.MemoryUsed + back.Client.MemoryUsed + back.Server.MemoryUsed == 0, "the stacks gave all buffers back");
        // Four connections, four streams and a splice; two buffers of 64 KiB would be seen.
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;
        Assert.InRange(each, 1, 40_000);
    }

    private static async Task<long> CountAsync(TcpStream stream)
    {
        var (buffer, count) = (new byte[1 << 16], 0L);
        while (await stream.ReadAsync(buffer, StackPair.Soon) is > 0 and var read)
            count += read;
        return count;
    }
}
