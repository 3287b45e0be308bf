using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Stack;
using Weir.Stack.Services;
using Weir.TcpIp.Tcp;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>How connections open and close between the kernel's TCP and Weir's.</summary>
public class KernelConnectionTests
{
    [Theory]
    [InlineData(TunMode.Tun)]
    [InlineData(TunMode.Tap)]
    public async Task Small_writes_come_back_one_by_one(TunMode mode)
    {
        RootTier.Require("ip");
        await using var host = new StackOnTun(mode: mode);
        host.Stack.Serve(new IPEndPoint(IPAddress.Any, 7), () => new EchoService());
        var within = StackOnTun.Within(30);
        using var client = host.KernelSocket();
        client.NoDelay = true;
        await client.ConnectAsync(new IPEndPoint(StackOnTun.Ours, 7), within);
        var (sent, received) = (new byte[64], new byte[64]);
        for (var i = 0; i < 2000; i++)
        {
            sent[0] = (byte)i;
            sent[63] = (byte)(i >> 8);
            await client.SendAsync(sent, within);
            for (var count = 0; count < 64;)
                count += await client.ReceiveAsync(received.AsMemory(count), within);
            Assert.Equal(sent, received);
        }
    }

    [Fact]
    public async Task The_directions_close_apart_from_either_side()
    {
        RootTier.Require("ip");
        await using var host = new StackOnTun();
        var within = StackOnTun.Within(30);
        using var listener = host.KernelListener(new IPEndPoint(StackOnTun.Kernel, 5003));
        var buffer = new byte[16];

        var accepting = listener.AcceptAsync(within).AsTask();
        await using (var ours = await host.Stack.ConnectAsync(new IPEndPoint(StackOnTun.Kernel, 5003), within))
        {
            using var theirs = await accepting;
            ours.CloseWrite();
            Assert.Equal(0, await theirs.ReceiveAsync(buffer, within));
            await theirs.SendAsync("after"u8.ToArray(), within);
            Assert.Equal(5, await ours.ReadAtLeastAsync(buffer, 5, cancellationToken: within));
            theirs.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await ours.ReadAsync(buffer, within));
        }

        accepting = listener.AcceptAsync(within).AsTask();
        await using (var ours = await host.Stack.ConnectAsync(new IPEndPoint(StackOnTun.Kernel, 5003), within))
        {
            using var theirs = await accepting;
            theirs.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await ours.ReadAsync(buffer, within));
            await ours.WriteAsync("after"u8.ToArray(), within);
            Assert.Equal(5, await theirs.ReceiveAsync(buffer, within));
            ours.CloseWrite();
            Assert.Equal(0, await theirs.ReceiveAsync(buffer, within));
        }
    }

    [Fact]
    public async Task Closed_and_filtered_ports_are_told_apart_in_both_directions()
    {
        RootTier.Require("ip", "nft");
        await using var host = new StackOnTun();
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await host.Stack.ConnectAsync(new IPEndPoint(StackOnTun.Kernel, 5004), StackOnTun.Within(10)));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        using (var client = host.KernelSocket())
        {
            var refusedByUs = await Assert.ThrowsAsync<SocketException>(async () => await client.ConnectAsync(new IPEndPoint(StackOnTun.Ours, 5004), StackOnTun.Within(10)));
            Assert.Equal(SocketError.ConnectionRefused, refusedByUs.SocketErrorCode);
        }

        host.Host.Run("nft", "add table ip f; add chain ip f in { type filter hook input priority 0; }; add rule ip f in tcp dport 5005 drop; add rule ip f in tcp dport 5006 reject with icmp type admin-prohibited");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await host.Stack.ConnectAsync(new IPEndPoint(StackOnTun.Kernel, 5005), StackOnTun.Within(2)));
        var impatient = new TcpConnectOptions { RemoteAddress = Packets.IpAddressBits.From(StackOnTun.Kernel), RemotePort = 5005, Profile = TcpProfile.Default with { InitialRto = TimeSpan.FromMilliseconds(50), MinRto = TimeSpan.FromMilliseconds(50), SynRetransmissions = 2 } };
        var silent = await Assert.ThrowsAsync<SocketException>(async () => await host.Stack.ConnectAsync(impatient, StackOnTun.Within(20)));
        Assert.Equal(SocketError.TimedOut, silent.SocketErrorCode);
        var prohibited = await Assert.ThrowsAsync<SocketException>(async () => await host.Stack.ConnectAsync(impatient with { RemotePort = 5006 }, StackOnTun.Within(20)));
        Assert.Contains(prohibited.SocketErrorCode, (SocketError[])[SocketError.HostUnreachable, SocketError.ConnectionRefused]);
    }

    [Fact]
    public async Task A_thousand_connections_are_open_at_once_in_each_direction()
    {
        RootTier.Require("ip");
        const int Count = 1000;
        await using var host = new StackOnTun();
        host.Host.Run("sysctl", "-qw", "net.core.somaxconn=4096");
        var within = StackOnTun.Within(60);
        host.Stack.Serve(new IPEndPoint(IPAddress.Any, 7), () => new EchoService());
        var clients = Enumerable.Range(0, Count).Select(_ => host.KernelSocket()).ToList();
        await Task.WhenAll(clients.Select(client => client.ConnectAsync(new IPEndPoint(StackOnTun.Ours, 7), within).AsTask()));
        await Task.WhenAll(clients.Select((client, number) => PingAsync(new NetworkStream(client), number, within)));

        using var listener = host.KernelListener(new IPEndPoint(StackOnTun.Kernel, 5007));
        var serving = Task.Run(async () =>
        {
            var accepted = new List<Task>();
            for (var i = 0; i < Count; i++)
            {
                var socket = await listener.AcceptAsync(within);
                accepted.Add(Task.Run(async () => await new NetworkStream(socket, ownsSocket: true).CopyToAsync(new NetworkStream(socket), within), within));
            }

            await Task.WhenAll(accepted);
        }, within);
        var ours = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => host.Stack.ConnectAsync(new IPEndPoint(StackOnTun.Kernel, 5007), within).AsTask()));
        await Task.WhenAll(ours.Select((stream, number) => PingAsync(stream, number, within)));
        foreach (var stream in ours)
            stream.CloseWrite();
        await serving;
        foreach (var stream in ours)
            await stream.DisposeAsync();
    }

    private static async Task PingAsync(Stream stream, int number, CancellationToken within)
    {
        var (sent, received) = (BitConverter.GetBytes(number), new byte[4]);
        await stream.WriteAsync(sent, within);
        await stream.ReadExactlyAsync(received, within);
        Assert.Equal(sent, received);
    }
}
