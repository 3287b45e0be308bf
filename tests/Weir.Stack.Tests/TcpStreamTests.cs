using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Weir.Packets;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack.Tests;

public class TcpStreamTests
{
    [Theory]
    [InlineData(1500, false)]
    [InlineData(1500, true)]
    [InlineData(576, false)]
    [InlineData(65520, false)]
    public async Task Bytes_arrive_as_they_were_written_both_ways_at_once(int mtu, bool offload)
    {
        await using var pair = new StackPair(mtu, offload);
        var (client, server) = await pair.OpenAsync();
        var there = SendAsync(client, seed: 1);
        var back = SendAsync(server, seed: 2);
        var atServer = HashAsync(server);
        var atClient = HashAsync(client);
        Assert.Equal(await there, await atServer);
        Assert.Equal(await back, await atClient);
    }

    [Fact]
    public async Task The_directions_close_apart()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        client.CloseWrite();
        var buffer = new byte[16];
        Assert.Equal(0, await server.ReadAsync(buffer, StackPair.Soon));

        await server.WriteAsync("still here"u8.ToArray(), StackPair.Soon);
        Assert.Equal(10, await client.ReadAtLeastAsync(buffer, 10, cancellationToken: StackPair.Soon));
        await server.DisposeAsync();
        Assert.Equal(0, await client.ReadAsync(buffer, StackPair.Soon));
        await Assert.ThrowsAsync<IOException>(async () => await client.WriteAsync(buffer, StackPair.Soon));
    }

    [Fact]
    public async Task Behind_the_end_of_a_direction_nothing_can_be_written()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        var waiting = client.WriteAsync(new byte[64 << 20], StackPair.Soon);
        Assert.False(waiting.IsCompleted);
        client.CloseWrite();
        await Assert.ThrowsAsync<IOException>(async () => await waiting);
        var failure = await Assert.ThrowsAsync<IOException>(async () => await client.WriteAsync(new byte[1], StackPair.Soon));
        Assert.Equal(SocketError.Shutdown, Assert.IsType<SocketException>(failure.InnerException).SocketErrorCode);

        // What had been taken arrives all the same.
        var received = 0L;
        var buffer = new byte[1 << 16];
        while (await server.ReadAsync(buffer, StackPair.Soon) is > 0 and var count)
            received += count;
        Assert.InRange(received, 1, (64 << 20) - 1);
    }

    [Fact]
    public async Task A_write_waits_while_nobody_reads_and_goes_on_when_somebody_does()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        const int Total = 64 << 20;
        var sending = Task.Run(async () =>
        {
            var chunk = new byte[1 << 16];
            for (var sent = 0; sent < Total; sent += chunk.Length)
                await client.WriteAsync(chunk, StackPair.Soon);
            client.CloseWrite();
        }, StackPair.Soon);
        var buffer = new byte[1 << 16];
        Assert.True(await server.ReadAsync(buffer, StackPair.Soon) > 0);
        var info = client.Info;
        Assert.False(sending.IsCompleted);
        Assert.InRange(info.SendBuffered, 0, info.SendCapacity);

        var received = 0L;
        while (await server.ReadAsync(buffer, StackPair.Soon) is > 0 and var count)
            received += count;
        await sending;
        Assert.InRange(received, Total - buffer.Length, Total - 1);
    }

    [Fact]
    public async Task A_read_is_cancelled_and_the_next_one_gets_the_bytes()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        var buffer = new byte[4];
        using (var cancel = new CancellationTokenSource())
        {
            var read = server.ReadAsync(buffer, cancel.Token);
            Assert.False(read.IsCompleted);
            await cancel.CancelAsync();
            await Assert.ThrowsAsync<OperationCanceledException>(async () => await read);
        }

        await client.WriteAsync(new byte[] { 1, 2, 3, 4 }, StackPair.Soon);
        await server.ReadExactlyAsync(buffer, StackPair.Soon);
        Assert.Equal([1, 2, 3, 4], buffer);
    }

    [Fact]
    public async Task A_port_without_listener_refuses_and_a_reset_is_told()
    {
        await using var pair = new StackPair();
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await pair.Client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 81), StackPair.Soon));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);

        var (client, server) = await pair.OpenAsync();
        var read = client.ReadAsync(new byte[1], StackPair.Soon);
        server.Abort();
        var reset = await Assert.ThrowsAsync<IOException>(async () => await read);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(reset.InnerException).SocketErrorCode);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await server.WriteAsync(new byte[1], StackPair.Soon));
    }

    [Fact]
    public async Task What_was_written_before_the_end_still_arrives()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        await client.WriteAsync(bytes.AsMemory(0, 100_000), StackPair.Soon);
        await client.DisposeAsync();
        var ending = pair.Client.DisposeAsync().AsTask();
        var received = new MemoryStream();
        await server.CopyToAsync(received, StackPair.Soon);
        Assert.Equal(bytes[..100_000], received.ToArray());
        await ending;
    }

    [Fact]
    public async Task Who_waits_when_the_stack_ends_is_told()
    {
        await using var pair = new StackPair();
        var (client, _) = await pair.OpenAsync();
        var read = client.ReadAsync(new byte[1], StackPair.Soon);
        await pair.Client.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(async () => await read);
        Assert.Null(await pair.Client.Ended);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pair.Client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon));
    }

    [Fact]
    public async Task Who_listens_when_the_stack_ends_is_told()
    {
        await using var pair = new StackPair();
        var listener = await pair.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        var accepting = listener.AcceptAsync(StackPair.Soon);
        await pair.Server.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await accepting);
    }

    [Fact]
    public async Task Who_listens_when_the_device_is_gone_is_told()
    {
        var (first, second) = Devices.MemoryPort.CreatePair();
        using var other = second;
        using var port = new FailingPort(first);
        await using var stack = TcpStack.Start(port, new TcpStackOptions { Addresses = [TcpIp.Ip.IpPrefix.Parse("10.0.0.1/24")] });
        var endpoint = new IPEndPoint(IPAddress.Any, 80);
        var listener = await stack.ListenAsync(endpoint, cancellationToken: StackPair.Soon);
        var accepting = listener.AcceptAsync(StackPair.Soon);
        port.Go();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await accepting);
        Assert.Same(FailingPort.Gone, await stack.Ended);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stack.ListenAsync(endpoint, cancellationToken: StackPair.Soon));
    }

    [Fact]
    public async Task What_came_before_the_stack_ended_is_read_without_its_device()
    {
        var (first, second) = Devices.MemoryPort.CreatePair();
        var port = new FailingPort(first);
        await using var stack = TcpStack.Start(port, new TcpStackOptions { Addresses = [TcpIp.Ip.IpPrefix.Parse("10.0.0.1/24")] });
        await using var server = TcpStack.Start(second, new TcpStackOptions { Addresses = [TcpIp.Ip.IpPrefix.Parse("10.0.0.2/24")] });
        await using var listener = await server.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        var client = await stack.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon);
        await using var sender = await listener.AcceptAsync(StackPair.Soon);
        var sending = sender.WriteAsync(new byte[8 << 20], StackPair.Soon);
        Weir.Testing.Eventually.True(TimeSpan.FromSeconds(20), () => client.Info is { ReceiveBuffered: > 0 } info && info.ReceiveBuffered >= info.ReceiveCapacity - 1460, "the window is full");
        await stack.DisposeAsync();

        // Its window opens now, and nobody can be told.
        Assert.True(await client.ReadAsync(new byte[8 << 20], StackPair.Soon) > 0);
        Assert.False(port.IsUsedLate);
        await Assert.ThrowsAsync<IOException>(async () => await client.ReadExactlyAsync(new byte[1], StackPair.Soon));
        sender.Abort();
        await Assert.ThrowsAnyAsync<Exception>(async () => await sending);
    }

    [Fact]
    public async Task A_transparent_listener_takes_any_address_and_port_and_says_which()
    {
        await using var pair = new StackPair(transparent: true);
        await using var listener = await pair.Server.ListenAsync(new IPEndPoint(IPAddress.Any, 0), new StackListenOptions { AnyPort = true, Transparent = true }, StackPair.Soon);
        await using var client = await pair.Client.ConnectAsync(new IPEndPoint(IPAddress.Parse("192.0.2.77"), 4711), StackPair.Soon);
        await using var server = await listener.AcceptAsync(StackPair.Soon);
        Assert.Equal("192.0.2.77:4711", server.LocalEndPoint.ToString());
        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
    }

    [Fact]
    public async Task The_listener_is_asked_before_the_SYN_is_answered()
    {
        await using var pair = new StackPair();
        await using var listener = await pair.Server.ListenAsync(
            new IPEndPoint(IPAddress.Any, 80),
            new StackListenOptions { Accept = pending => pending.RemoteAddress == IpAddressBits.Parse("fd00::1") ? AcceptDecision.Accept : AcceptDecision.Reject },
            StackPair.Soon);
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await pair.Client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        await using var client = await pair.Client.ConnectAsync(new IPEndPoint(IPAddress.Parse("fd00::2"), 80), StackPair.Soon);
        await using var server = await listener.AcceptAsync(StackPair.Soon);
        Assert.Equal("[fd00::1]", $"[{server.RemoteEndPoint.Address}]");
        Assert.Equal(TcpState.Established, server.Info.State);
    }

    [Fact]
    public async Task A_port_has_one_listener_until_it_is_closed()
    {
        await using var pair = new StackPair();
        var endpoint = new IPEndPoint(IPAddress.Any, 80);
        var listener = await pair.Server.ListenAsync(endpoint, cancellationToken: StackPair.Soon);
        var accepting = listener.AcceptAsync(StackPair.Soon);
        var taken = await Assert.ThrowsAsync<SocketException>(async () => await pair.Server.ListenAsync(endpoint, cancellationToken: StackPair.Soon));
        Assert.Equal(SocketError.AddressAlreadyInUse, taken.SocketErrorCode);
        await listener.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await accepting);
        await (await pair.Server.ListenAsync(endpoint, cancellationToken: StackPair.Soon)).DisposeAsync();
    }

    [Fact]
    public async Task A_stream_is_a_duplex_pipe()
    {
        await using var pair = new StackPair();
        var (client, server) = await pair.OpenAsync();
        await client.Output.WriteAsync("through a pipe"u8.ToArray(), StackPair.Soon);
        var result = await server.Input.ReadAtLeastAsync(14, StackPair.Soon);
        Assert.Equal(14, result.Buffer.Length);
        server.Input.AdvanceTo(result.Buffer.End);
    }

    [Fact]
    public async Task A_stack_that_sleeps_without_a_deadline_wakes_for_the_first_one()
    {
        var (port, other) = Devices.MemoryPort.CreatePair();
        using var end = other;
        await using var stack = TcpStack.Start(port, new TcpStackOptions
        {
            Addresses = [TcpIp.Ip.IpPrefix.Parse("10.0.0.1/24")],
            Profile = TcpProfile.Default with { InitialRto = TimeSpan.FromMilliseconds(20), MinRto = TimeSpan.FromMilliseconds(20) },
        });
        // Its thread has nothing to do, and no time to do it at.
        Weir.Testing.Eventually.True(TimeSpan.FromSeconds(20), () => Sleeps("weir-tcp-stack-0"), "the stack sleeps");
        using var cancel = new CancellationTokenSource();
        var connecting = stack.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), cancel.Token).AsTask();
        for (var syns = 0; syns < 3;)
            Weir.Testing.Eventually.True(TimeSpan.FromSeconds(20), () => end.TryReceive(out _, out _) && ++syns > 0, "the SYN is repeated");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);

        // The kernel keeps 15 letters of a name.
        static bool Sleeps(string name) =>
            Directory.GetDirectories("/proc/self/task").Where(task => Read(task, "comm").Trim() == name[..15]).ToList() is { Count: > 0 } tasks
            && tasks.TrueForAll(task => Read(task, "stat").Contains(") S ", StringComparison.Ordinal));

        static string Read(string task, string file)
        {
            try
            {
                return File.ReadAllText($"{task}/{file}");
            }
            catch (IOException)
            {
                // A thread of another test that has ended since it was listed.
                return "";
            }
        }
    }

    private static async Task<string> SendAsync(Streams.TcpStream stream, int seed)
    {
        var random = new Random(seed);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[200_000];
        for (var left = 8 << 20; left > 0;)
        {
            var count = Math.Min(left, random.Next(1, buffer.Length));
            random.NextBytes(buffer.AsSpan(0, count));
            hash.AppendData(buffer, 0, count);
            await stream.WriteAsync(buffer.AsMemory(0, count), StackPair.Soon);
            left -= count;
        }

        stream.CloseWrite();
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<string> HashAsync(Streams.TcpStream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[100_000];
        while (await stream.ReadAsync(buffer, StackPair.Soon) is > 0 and var count)
            hash.AppendData(buffer, 0, count);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
