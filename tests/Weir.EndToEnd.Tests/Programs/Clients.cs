using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Programs;

/// <summary>Clients that we did not write, in a workload's namespace, against <see cref="Servers"/>. Each checks what came back, byte for byte.</summary>
internal sealed class Clients(TestWorkload workload)
{
    private readonly SeededGenerator _random = new(seed: 20);

    /// <summary>All programs once, against one address (IPv4 or IPv6).</summary>
    public void UseEverything(string address, Servers servers)
    {
        Curl(address);
        Redis(address);
        Postgres(address, servers);
        Dig(address);
        Ping(address);
        Iperf(address);
    }

    public void Curl(string address) =>
        Assert.Equal("hello from nginx\n", Run("curl", "-sS", "--max-time", "10", $"http://{Literal(address)}/hello").Output);

    public void Redis(string address)
    {
        string value = Convert.ToHexString(_random.Bytes(200_000));
        Assert.Equal("OK\n", Try("redis-cli", ["-h", address, "-x", "set", "key"], value).Check().Output);
        Assert.Equal(value + "\n", Run("redis-cli", "-h", address, "get", "key").Output);
    }

    public void Postgres(string address, Servers servers)
    {
        const string rows = "copy (select g, md5(g::text) from generate_series(1, 60000) g) to stdout";
        string there = servers.Workload.Namespace.Run("psql", "-h", "127.0.0.1", "-U", "postgres", "-c", rows).Output;
        string here = Run("psql", "-h", address, "-U", "postgres", "-c", rows).Output;
        Assert.Equal(Hash(there), Hash(here));
    }

    public void Dig(string address)
    {
        Assert.Equal(Servers.DnsAddress4, Run("dig", "+short", "+tries=2", "+time=5", $"@{address}", Servers.DnsName, "A").Output.Trim());
        Assert.Equal(Servers.DnsAddress6, Run("dig", "+short", "+tcp", "+time=5", $"@{address}", Servers.DnsName, "AAAA").Output.Trim());
    }

    /// <summary>Small ones, and ones that must be cut into fragments.</summary>
    public void Ping(string address)
    {
        Assert.Contains(" 0% packet loss", Run("ping", "-c3", "-i0.1", "-W5", address).Output);
        Assert.Contains(" 0% packet loss", Run("ping", "-c2", "-i0.1", "-W5", "-s8000", address).Output);
    }

    public void Iperf(string address)
    {
        Assert.True(Throughput(address, seconds: 1) > 1e6, "iperf3 over TCP");
        // Slow enough that a receiver that waits half a second for a CPU loses nothing.
        double lost = Run("iperf3", "-c", address, "-u", "-b", "2M", "-l", "1200", "-t", "1", "-J").Json.GetProperty("end").GetProperty("sum").GetProperty("lost_percent").GetDouble();
        Assert.True(lost < 1, $"iperf3 over UDP lost {lost} %");
    }

    /// <summary>TCP, one stream, bits a second as the receiver saw them.</summary>
    public double Throughput(string address, int seconds) => Run("iperf3", "-c", address, "-t", seconds.ToString(CultureInfo.InvariantCulture), "-J")
        .Json.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble();

    /// <summary>True when a TCP connection to the port is accepted within the time.</summary>
    public bool CanConnect(string address, int port, double seconds = 2)
    {
        using HeldConnection? connection = HeldConnection.TryOpen(workload.Namespace, address, port, TimeSpan.FromSeconds(seconds));
        return connection is not null;
    }

    public ToolResult Run(string program, params IReadOnlyList<string> arguments) => workload.Namespace.Run(program, arguments);

    public RunningTool Start(string program, params IReadOnlyList<string> arguments) => workload.Namespace.Start(program, arguments);

    public static string Literal(string address) => address.Contains(':') ? $"[{address}]" : address;

    private ToolResult Try(string program, IReadOnlyList<string> arguments, string input) =>
        Tool.Try(TimeSpan.FromSeconds(60), "ip", ["netns", "exec", workload.Name, Tool.Find(program)!, .. arguments], input);

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
