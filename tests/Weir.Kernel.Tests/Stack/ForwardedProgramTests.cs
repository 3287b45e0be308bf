using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>Programs that we did not write, unmodified, whose connections Weir's stack takes for any address and opens again on the other side.</summary>
public class ForwardedProgramTests
{
    private const int Mebibytes = 8;

    [Theory]
    [InlineData(false, "-P", "8")]
    [InlineData(false, "-R")]
    [InlineData(false, "--bidir")]
    [InlineData(true, "-6")]
    public async Task Iperf3_measures_through_it(bool viaKernel, params string[] words)
    {
        RootTier.Require("ip", "iperf3");
        await using var host = await ForwardedHost.StartAsync(viaKernel);
        var server = host.ServerSide.Start("iperf3", "-s", "-1", "-J");
        host.ServerSide.WaitForListener(5201);
        var address = words.Contains("-6") ? ForwardedHost.Server6 : ForwardedHost.Server;

        var client = host.ClientSide.Run("iperf3", ["-c", address, "-J", "-n", "128M", .. words]).Json;

        Assert.True(server.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.False(client.TryGetProperty("error", out var error), $"{error}");
        var served = server.Result.Json;
        Assert.False(served.TryGetProperty("error", out error), $"{error}");
        var streams = client.GetProperty("end").GetProperty("streams").EnumerateArray().ToList();
        Assert.Equal((words.Contains("--bidir") ? 2 : 1) * (words.Contains("-P") ? int.Parse(words[^1]) : 1), streams.Count);
        Assert.All(streams, stream => AssertArrived(stream.GetProperty("sender").GetProperty("bytes").GetInt64(), stream.GetProperty("receiver").GetProperty("bytes").GetInt64()));

        // What the client says of the server is what the server says itself; it does not say what only the client knows.
        var (own, told) = (Sums(served), Sums(client));
        Assert.Contains(told, (List<(long, long)>)[(own.Sent, own.Received == 0 ? told.Received : own.Received), (told.Sent, own.Received)]);
    }

    [Fact]
    public async Task Redis_is_hammered_through_it_and_has_what_was_set()
    {
        RootTier.Require("ip", "redis-server", "redis-benchmark", "redis-cli");
        await using var host = await ForwardedHost.StartAsync();
        host.ServerSide.Start("redis-server", "--port", "6379", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--dir", "/tmp");
        host.ServerSide.WaitForListener(6379);

        var measured = host.ClientSide.Run("redis-benchmark", "-h", ForwardedHost.Server, "-c", "50", "-n", "20000", "-r", "1000", "-d", "300", "-t", "set,get", "-P", "16", "--csv").Output;

        Assert.Contains("\"SET\",", measured, StringComparison.Ordinal);
        Assert.Contains("\"GET\",", measured, StringComparison.Ordinal);
        // With random keys each of the thousand is set: one is missed with a probability of e^-20.
        Assert.Equal("1000", Redis("--raw", "eval", "return #redis.call('keys', 'key:*')", "0"));
        Assert.Equal(300, Redis("--raw", "get", "key:000000000007").Length);
        // The server sees its client's own address.
        Assert.Contains($"addr={ForwardedHost.Client}:", Redis("client", "info"), StringComparison.Ordinal);
        Eventually.True(TimeSpan.FromSeconds(10), () => host.Open == 0, "each connection ends with its client");

        string Redis(params string[] words) => host.ClientSide.Run("redis-cli", ["-h", ForwardedHost.Server, .. words]).Output.Trim();
    }

    [Fact]
    public async Task Redis_answers_a_client_on_our_stack()
    {
        RootTier.Require("ip", "redis-server");
        await using var host = await ForwardedHost.StartAsync();
        host.ServerSide.Start("redis-server", "--port", "6379", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--dir", "/tmp");
        host.ServerSide.WaitForListener(6379);
        var within = StackOnTun.Within(20);
        await using var redis = await host.Far.ConnectAsync(new IPEndPoint(IPAddress.Parse(ForwardedHost.Server), 6379), within);
        using var reader = new StreamReader(redis, Encoding.ASCII, leaveOpen: true);

        Assert.Equal("+OK", await AskAsync($"*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$1000000\r\n{new string('x', 1_000_000)}\r\n"));
        Assert.Equal(":1000003", await AskAsync("*3\r\n$6\r\nAPPEND\r\n$3\r\nbig\r\n$3\r\nyyy\r\n"));
        Assert.Equal("$6", await AskAsync("GETRANGE big 999997 1000002\r\n"));
        Assert.Equal("xxxyyy", await reader.ReadLineAsync(within));
        Assert.Equal("+OK", await AskAsync("QUIT\r\n"));
        Assert.Null(await reader.ReadLineAsync(within));

        async Task<string?> AskAsync(string command)
        {
            await redis.WriteAsync(Encoding.ASCII.GetBytes(command), within);
            return await reader.ReadLineAsync(within);
        }
    }

    [Fact]
    public async Task Curl_carries_files_both_ways_a_hundred_at_once_and_over_http2()
    {
        RootTier.Require("ip", "nginx", "curl");
        await using var host = await ForwardedHost.StartAsync();
        using ScratchFolder folder = new();
        var file = NginxServer.Start(host.ServerSide, folder, Mebibytes);
        HttpPrograms.Check(host.ClientSide, folder, file, $"http://{ForwardedHost.Server}:80", $"http://{ForwardedHost.Server}:81");
        Eventually.True(TimeSpan.FromSeconds(10), () => host.Open == 0, "each connection ends with its client");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_closed_port_and_a_missing_route_behind_it_are_told_as_if_it_were_not_there(bool viaKernel)
    {
        RootTier.Require("ip", "socat");
        await using var host = await ForwardedHost.StartAsync(viaKernel);
        host.ServerSide.Ip("route add unreachable 192.0.2.0/24");
        host.ServerSide.Ip("-6 route add unreachable 2001:db8:1::/64");
        host.ServerSide.Run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        foreach (var (target, error) in (IEnumerable<(string, string)>)[
            ($"TCP:{ForwardedHost.Server}:4444", "Connection refused"), ($"TCP:[{ForwardedHost.Server6}]:4444", "Connection refused"),
            ("TCP:192.0.2.1:80", "No route to host"), ("TCP:[2001:db8:1::1]:80", "No route to host")])
            Assert.Contains(error, host.ClientSide.Try("socat", "-u", target, "-").Error, StringComparison.Ordinal);
    }

    /// <summary>iperf3 ends when the sender has sent all, and does not wait for what is still in buffers.</summary>
    private static void AssertArrived(long sent, long received)
    {
        Assert.True(sent > 0);
        Assert.InRange(received, Math.Max(1, sent - (24L << 20)), sent);
    }

    private static (long Sent, long Received) Sums(JsonElement report)
    {
        var end = report.GetProperty("end");
        return (end.GetProperty("sum_sent").GetProperty("bytes").GetInt64(), end.GetProperty("sum_received").GetProperty("bytes").GetInt64());
    }
}
