using System.Globalization;
using System.Security.Cryptography;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>PostgreSQL under pgbench, and HTTP/2 by node, through the forwarder: many small exchanges, and many streams in one connection.</summary>
public class ForwardedServerTests
{
    private const int Clients = 8, Transactions = 50;

    [Theory]
    [InlineData(false, "-M", "prepared")]
    [InlineData(false, "-M", "simple", "-C")]
    [InlineData(true, "-M", "extended")]
    public async Task Pgbench_loses_no_transaction(bool viaKernel, params string[] words)
    {
        RootTier.Require("ip", "pgbench", "psql", PostgresServer.InitDb);
        await using var host = await ForwardedHost.StartAsync(viaKernel);
        using ScratchFolder folder = new();
        PostgresServer.Start(host.ServerSide, folder);
        string[] server = ["-h", ForwardedHost.Server, "-U", "postgres"];
        host.ClientSide.Run("pgbench", [.. server, "-i", "-q", "-s", "1", "postgres"]);

        var measured = host.ClientSide.Run("pgbench", [.. server, "-c", $"{Clients}", "-j", "2", "-t", $"{Transactions}", .. words, "postgres"]).Output;

        Assert.Contains($"number of transactions actually processed: {Clients * Transactions}/{Clients * Transactions}", measured, StringComparison.Ordinal);
        Assert.Contains("number of failed transactions: 0 ", measured, StringComparison.Ordinal);
        // Asked on the server's side: each transaction has left a line, and its amount in all three tables.
        var sums = Ask("select count(*), sum(delta), (select sum(abalance) from pgbench_accounts), (select sum(bbalance) from pgbench_branches), (select sum(tbalance) from pgbench_tellers) from pgbench_history").TrimEnd().Split('|');
        Assert.Equal($"{Clients * Transactions}", sums[0]);
        Assert.All(sums[2..], sum => Assert.Equal(sums[1], sum));
        // A large answer, the same from both sides.
        const string Rows = "select * from pgbench_accounts order by aid";
        Assert.Equal(Ask(Rows), host.ClientSide.Run("psql", [.. server, "-At", "-c", Rows]).Output);
        if (!viaKernel)
            Assert.Equal(ForwardedHost.Client, host.ClientSide.Run("psql", [.. server, "-At", "-c", "select host(inet_client_addr())"]).Output.Trim());
        Eventually.True(TimeSpan.FromSeconds(10), () => host.Open == 0, "each connection ends with its client");

        string Ask(string query) => host.ServerSide.Run("psql", "-h", "127.0.0.1", "-U", "postgres", "-At", "-c", query).Output;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Node_has_a_hundred_streams_of_HTTP2_in_one_connection_both_ways(bool viaKernel)
    {
        const int Body = 200_000, Streams = 100;
        RootTier.Require("ip", "node");
        await using var host = await ForwardedHost.StartAsync(viaKernel);
        using ScratchFolder folder = new();
        NodeHttp2.StartServer(host.ServerSide, folder);

        var answers = NodeHttp2.Ask(host.ClientSide, folder, $"http://{ForwardedHost.Server}:{NodeHttp2.Port}", Enumerable.Range(0, Streams).Select(number => number % 2 == 0 ? new NodeHttp2.Request("/echo", Send: Body) : new NodeHttp2.Request($"/count/{number}")));

        Assert.Equal(Streams, answers.Count);
        foreach (var (number, answer) in answers.Index())
        {
            Assert.Equal(200, answer.Status);
            if (number % 2 == 0)
                Assert.Equal((Body, answer.Sent, answer.Sent), (answer.Bytes, answer.Sha256, answer.Trailer));
            else
                Assert.Equal(Hash(string.Concat(Enumerable.Range(0, number).Select(line => string.Create(CultureInfo.InvariantCulture, $"{line}\n")))), answer.Sha256);
        }

        Eventually.True(TimeSpan.FromSeconds(10), () => host.Open == 0, "the connection ends with its client");
    }

    [Fact]
    public async Task Node_reads_ranges_and_a_whole_file_of_nginx_over_HTTP2()
    {
        const int Streams = 100, Range = 1000;
        RootTier.Require("ip", "node", "nginx");
        await using var host = await ForwardedHost.StartAsync();
        using ScratchFolder folder = new();
        var file = NginxServer.Start(host.ServerSide, folder, mebibytes: 8);

        var answers = NodeHttp2.Ask(host.ClientSide, folder, $"http://{ForwardedHost.Server}:81", [new NodeHttp2.Request("/file"), .. Enumerable.Range(0, Streams).Select(number => new NodeHttp2.Request("/file", At: number * Range))]);

        Assert.Equal((200, Convert.ToHexStringLower(SHA256.HashData(file))), (answers[0].Status, answers[0].Sha256));
        foreach (var (number, answer) in answers.Skip(1).Index())
            Assert.Equal((206, Convert.ToHexStringLower(SHA256.HashData(file.AsSpan(number * Range, Range)))), (answer.Status, answer.Sha256));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(text)));
}
