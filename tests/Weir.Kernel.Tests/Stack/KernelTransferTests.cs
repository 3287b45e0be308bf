using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Weir.Linux;
using Weir.Stack;
using Weir.Stack.Devices;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>Bulk both ways between the kernel's TCP and Weir's, compared by hash. WEIR_TRANSFER_MIB gives all of them another size (1024 for the full one).</summary>
public class KernelTransferTests
{
    private static readonly int? Asked = int.TryParse(Environment.GetEnvironmentVariable("WEIR_TRANSFER_MIB"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;
    private static readonly int Large = Asked ?? 64, Medium = Asked ?? 16, Small = Asked ?? 4;

    [Theory]
    [InlineData(1500, true, TunMode.Tun)]
    [InlineData(1500, false, TunMode.Tun)]
    [InlineData(65520, true, TunMode.Tun)]
    [InlineData(65520, false, TunMode.Tun)]
    [InlineData(1500, true, TunMode.Tap)]
    [InlineData(1500, false, TunMode.Tap)]
    public async Task Both_directions_arrive_whole(int mtu, bool offload, TunMode mode)
    {
        RootTier.Require("ip");
        await using var host = new StackOnTun(mtu, offload, mode);
        await ExchangeAsync(host, StackOnTun.Kernel, Large);
    }

    [Theory]
    [InlineData(576)]
    [InlineData(1280)]
    [InlineData(9000)]
    [InlineData(65535)]
    public async Task Other_sizes_of_packets_arrive_whole(int mtu)
    {
        RootTier.Require("ip");
        await using var host = new StackOnTun(mtu, offload: false);
        await ExchangeAsync(host, StackOnTun.Kernel, Medium);
    }

    [Fact]
    public async Task IPv6_arrives_whole()
    {
        RootTier.Require("ip");
        await using var host = new StackOnTun();
        await ExchangeAsync(host, StackOnTun.Kernel6, Large);
    }

    [Theory]
    [InlineData(1500, false, TunMode.Tun, 1)]
    [InlineData(1500, true, TunMode.Tun, 2)]
    [InlineData(4000, false, TunMode.Tun, 1)]
    [InlineData(1500, false, TunMode.Tap, 1)]
    public async Task The_kernel_puts_segments_together_and_both_directions_arrive_whole(int mtu, bool offload, TunMode mode, int queues)
    {
        RootTier.Require("ip");
        await using var host = new StackOnTun(mtu, offload, mode, queues, napi: true);
        await ExchangeAsync(host, StackOnTun.Kernel, Medium);
        var sent = host.Queues.Sum(queue => queue.Counters.PacketsSent);
        // A run of full segments is one packet. Without NAPI all come one by one.
        if (!offload)
            Assert.InRange(ReceivedByIp(host.Host), 1, sent / 2);
    }

    [Fact]
    public async Task Segments_are_held_as_long_as_the_queue_is_open()
    {
        RootTier.Require("ip");
        await using var host = new StackOnTun();
        host.Host.Ip("tuntap add mode tun name tun1 multi_queue");
        using var ns = NetworkNamespace.OpenNamed(host.Host.Name);
        var options = new TunQueueOptions { Name = "tun1", Napi = true, MultiQueue = true };

        using (TunQueue.Open(ns, options))
        {
            Assert.Equal("20000000", HeldFor());

            // Who finds it set leaves it so.
            TunQueue.Open(ns, options).Dispose();
            Assert.Equal("20000000", HeldFor());
        }

        Assert.Equal("0", HeldFor());

        string HeldFor() => host.Host.Run("cat", "/sys/class/net/tun1/gro_flush_timeout").Output.Trim();
    }

    [Fact]
    public async Task Listeners_are_in_all_queues_and_each_connection_stays_in_one()
    {
        RootTier.Require("ip");
        await using var host = new StackOnTun(queues: 2);
        var within = StackOnTun.Within(60);
        await using var listener = await host.Stack.ListenAsync(new IPEndPoint(StackOnTun.Ours, 5002), cancellationToken: within);
        for (var i = 0; i < 12; i++)
        {
            using var client = host.KernelSocket();
            await client.ConnectAsync(new IPEndPoint(StackOnTun.Ours, 5002), within);
            await using var accepted = await listener.AcceptAsync(within);
            await ExchangeAsync(accepted, client, 2, within);
        }

        Assert.All(host.Queues, queue => Assert.True(queue.Counters.PacketsReceived > 100));
    }

    [Theory]
    [InlineData(2, TunMode.Tun)]
    [InlineData(4, TunMode.Tun)]
    [InlineData(3, TunMode.Tap)]
    public async Task Many_queues_open_and_take_connections_at_once(int queues, TunMode mode)
    {
        RootTier.Require("ip");
        const int Count = 24;
        await using var host = new StackOnTun(queues: queues, mode: mode);
        var within = StackOnTun.Within(60);
        using var theirs = host.KernelListener(new IPEndPoint(StackOnTun.Kernel, 5001));
        await using var ours = await host.Stack.ListenAsync(new IPEndPoint(StackOnTun.Ours, 5002), cancellationToken: within);
        var opening = Enumerable.Range(0, Count).Select(_ => host.Stack.ConnectAsync(new IPEndPoint(StackOnTun.Kernel, 5001), within).AsTask()).ToList();
        var accepting = Enumerable.Range(0, Count).Select(_ => theirs.AcceptAsync(within).AsTask()).ToList();
        var clients = Enumerable.Range(0, Count).Select(_ => host.KernelSocket()).ToList();
        var taking = Enumerable.Range(0, Count).Select(_ => ours.AcceptAsync(within).AsTask()).ToList();
        await Task.WhenAll(clients.Select(client => client.ConnectAsync(new IPEndPoint(StackOnTun.Ours, 5002), within).AsTask()));

        // Who met whom is told by the ports.
        var sockets = (await Task.WhenAll(accepting)).Concat(clients).ToDictionary(socket => (((IPEndPoint)socket.LocalEndPoint!).Port, ((IPEndPoint)socket.RemoteEndPoint!).Port));
        var streams = (await Task.WhenAll(opening)).Concat(await Task.WhenAll(taking)).ToList();
        await Task.WhenAll(streams.Select(stream => ExchangeAsync(stream, sockets[(stream.RemoteEndPoint.Port, stream.LocalEndPoint.Port)], 1, within)));
        Assert.Equal(queues, streams.Take(Count).Select(stream => stream.LocalEndPoint.Port % queues).Distinct().Count());
        Assert.All(host.Queues, queue => Assert.True(queue.Counters.PacketsReceived > 100));
        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    [Theory]
    [InlineData(0.02, 0, 0, 0)]
    [InlineData(0, 0.02, 0.02, 0)]
    [InlineData(0, 0, 0, 0.01)]
    [InlineData(0.01, 0.01, 0.01, 0.01)]
    public async Task A_bad_wire_harms_nothing(double loss, double duplicates, double swaps, double corruption)
    {
        RootTier.Require("ip");
        BadWire? wire = null;
        await using var host = new StackOnTun(offload: false, around: port => wire = new BadWire(port, seed: 20) { Loss = loss, Duplicates = duplicates, Swaps = swaps, Corruption = corruption });
        await ExchangeAsync(host, StackOnTun.Kernel, Small);
        Assert.True(wire!.Harmed > 20, $"{wire.Harmed} packets were harmed");
    }

    [Fact]
    public async Task Loss_by_nftables_harms_nothing()
    {
        RootTier.Require("ip", "nft");
        await using var host = new StackOnTun(offload: false);
        host.Host.Run("nft", "add table ip bad; add chain ip bad in { type filter hook input priority 0; }; add rule ip bad in iifname tun0 numgen random mod 100 < 2 drop");
        await ExchangeAsync(host, StackOnTun.Kernel, Small);
    }

    /// <summary>Our client and the kernel's listener, both directions at once; then the other way round.</summary>
    /// <summary>InReceives of RFC 1213: packets after GRO.</summary>
    private static long ReceivedByIp(TestNamespace host)
    {
        var lines = host.Run("grep", "^Ip:", "/proc/net/snmp").Output.Split('\n');
        return long.Parse(lines[1].Split(' ')[Array.IndexOf(lines[0].Split(' '), "InReceives")], CultureInfo.InvariantCulture);
    }

    private static async Task ExchangeAsync(StackOnTun host, IPAddress kernel, int mebibytes)
    {
        var within = StackOnTun.Within(60 + (2 * mebibytes));
        using (var listener = host.KernelListener(new IPEndPoint(kernel, 5001)))
        {
            var accepting = listener.AcceptAsync(within).AsTask();
            await using var ours = await host.Stack.ConnectAsync(new IPEndPoint(kernel, 5001), within);
            using var theirs = await accepting;
            await ExchangeAsync(ours, theirs, mebibytes, within);
        }

        var own = kernel.AddressFamily == AddressFamily.InterNetwork ? StackOnTun.Ours : StackOnTun.Ours6;
        await using var ourListener = await host.Stack.ListenAsync(new IPEndPoint(own, 5002), cancellationToken: within);
        using var client = host.KernelSocket(kernel.AddressFamily);
        await client.ConnectAsync(new IPEndPoint(own, 5002), within);
        await using var accepted = await ourListener.AcceptAsync(within);
        await ExchangeAsync(accepted, client, mebibytes, within);
    }

    private static async Task ExchangeAsync(Stream ours, Socket theirs, int mebibytes, CancellationToken within)
    {
        await using var kernel = new NetworkStream(theirs);
        var sent = SendAsync(ours, () => ((Weir.Stack.Streams.TcpStream)ours).CloseWrite(), 1, mebibytes, within);
        var sentBack = SendAsync(kernel, () => theirs.Shutdown(SocketShutdown.Send), 2, mebibytes, within);
        var received = HashAsync(kernel, within);
        var receivedBack = HashAsync(ours, within);
        Assert.Equal(await sent, await received);
        Assert.Equal(await sentBack, await receivedBack);
    }

    private static Task<string> SendAsync(Stream stream, Action end, int seed, int mebibytes, CancellationToken within) => Task.Run(async () =>
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[1 << 20];
        new Random(seed).NextBytes(block);
        for (var i = 0; i < mebibytes; i++)
        {
            block[i % block.Length]++;
            hash.AppendData(block);
            await stream.WriteAsync(block, within);
        }

        end();
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }, within);

    private static Task<string> HashAsync(Stream stream, CancellationToken within) => Task.Run(async () =>
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 18];
        while (await stream.ReadAsync(buffer, within) is > 0 and var count)
            hash.AppendData(buffer, 0, count);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }, within);
}
