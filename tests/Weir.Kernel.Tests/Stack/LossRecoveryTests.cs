using System.Net;
using System.Net.Sockets;
using Weir.Packets;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Congestion;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>
/// Each fiftieth full segment of a bulk is dropped by nftables, but none of its last: what SACK and RACK are for (RFC 6675, RFC 8985). The RTO is at least
/// five seconds here, so that a thread that waits for a processor is not taken for a loss, and a time-out that is needed is seen.
/// </summary>
public class LossRecoveryTests
{
    private const int Total = 16 << 20, DroppedWithin = 12 << 20, Period = 50, MostSegments = 45;

    private static readonly TcpProfile Patient = TcpProfile.Default with { InitialRto = TimeSpan.FromSeconds(5), MinRto = TimeSpan.FromSeconds(5) };

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Lost_segments_are_sent_again_without_a_retransmission_timeout(bool offload, bool cubic)
    {
        RootTier.Require("ip", "nft");
        await using var host = new StackOnTun(offload: offload);
        host.Host.Run("nft", $"add table ip bad; add chain ip bad in {{ type filter hook input priority 0; }}; add rule ip bad in iifname tun0 meta length > 1000 quota {DroppedWithin} bytes numgen inc mod {Period} == {Period / 2} counter drop");
        var within = StackOnTun.Within(60);
        using var listener = host.KernelListener(new IPEndPoint(StackOnTun.Kernel, 5001));
        var accepting = listener.AcceptAsync(within).AsTask();
        var options = new TcpConnectOptions
        {
            RemoteAddress = IpAddressBits.From(StackOnTun.Kernel),
            RemotePort = 5001,
            Profile = cubic ? Patient : Patient with { CongestionControl = static () => new NewReno() },
        };
        await using var ours = await host.Stack.ConnectAsync(options, within);
        using var theirs = await accepting;

        var receiving = CountAsync(theirs, within);
        await ours.WriteAsync(new byte[Total], within);
        ours.CloseWrite();
        Assert.Equal(Total, await receiving);

        var info = ours.Info;
        var dropped = Dropped(host);
        // With TSO there are fewer packets, 192 of 64 KiB if all are as large as can be; of one all segments are lost.
        Assert.True(dropped >= (offload ? 3 : 10), $"{dropped} packets were dropped");
        Assert.InRange(info.Retransmissions, dropped, dropped * (offload ? MostSegments : 2));
        Assert.Equal(0, info.Timeouts);
    }

    private static async Task<int> CountAsync(Socket socket, CancellationToken within)
    {
        var (buffer, total) = (new byte[1 << 18], 0);
        while (await socket.ReceiveAsync(buffer, within) is > 0 and var count)
            total += count;
        return total;
    }

    private static long Dropped(StackOnTun host) => host.Host.Run("nft", "-j", "list", "table", "ip", "bad").Json.GetProperty("nftables").EnumerateArray()
        .Where(item => item.TryGetProperty("rule", out _)).SelectMany(item => item.GetProperty("rule").GetProperty("expr").EnumerateArray())
        .Single(expression => expression.TryGetProperty("counter", out _)).GetProperty("counter").GetProperty("packets").GetInt64();
}
