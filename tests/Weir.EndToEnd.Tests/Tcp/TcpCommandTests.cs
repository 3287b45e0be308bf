using System.Globalization;
using System.Text.Json;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Tcp;

/// <summary><c>weir tcp</c>: real programs of the host's TCP on one side, Weir's stack on the other.</summary>
public sealed class TcpCommandTests
{
    private const int Refused = 3;

    [Fact]
    public void Curl_and_weir_get_read_the_same_page()
    {
        Require("nginx", "curl");
        using TestNamespace host = new();
        using ScratchFolder folder = new();
        string page = string.Concat(Enumerable.Range(0, 20_000).Select(number => $"line {number}\n"));
        folder.Write("page.txt", page);
        string configuration = folder.Write("nginx.conf", $"daemon off; pid {folder.PathOf("pid")}; error_log stderr; events {{}} http {{ access_log off; server {{ listen 80; root {folder.PathOf("")}; }} }} user root;");
        host.Start("nginx", "-c", configuration);
        host.WaitForListener(80);
        Weir(host, "tun", "add", "tun144", "--address", "169.254.144.1/24").Check();

        ToolResult got = Weir(host, "tcp", "get", "169.254.144.1", "/page.txt", "--device", "tun144", "--address", "169.254.144.9/24").Check();

        // A tool's output is read by lines, whatever ends them.
        Assert.StartsWith("HTTP/1.1 200 OK\n", got.Output, StringComparison.Ordinal);
        Assert.Equal(host.Run("curl", "-s", "http://169.254.144.1/page.txt").Output, got.Output[(got.Output.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]);
        ToolResult refused = Weir(host, "tcp", "get", "169.254.144.1:81", "/", "--device", "tun144", "--address", "169.254.144.9/24");
        Assert.Equal(Refused, refused.ExitCode);
        Assert.Contains("nothing listens there", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_stacks_talk_through_the_host_and_close_in_halves()
    {
        Require("sysctl");
        using TestNamespace host = new();
        host.Run("sysctl", "-qw", "net.ipv4.ip_forward=1");
        Weir(host, "tun", "add", "tun1", "--address", "10.1.0.1/24").Check();
        Weir(host, "tun", "add", "tun2", "--address", "10.2.0.1/24").Check();
        RunningTool listen = Start(host, "tcp", "listen", "9090", "--device", "tun2", "--address", "10.2.0.2/24");
        Eventually.True(TimeSpan.FromSeconds(20), () => listen.Error.Contains("listening on 10.2.0.2:9090", StringComparison.Ordinal), "weir tcp listen listens");
        RunningTool connect = Start(host, "tcp", "connect", "10.2.0.2", "9090", "--device", "tun1", "--address", "10.1.0.2/24");
        connect.Write("ping\n");
        connect.CloseInput();
        Eventually.True(TimeSpan.FromSeconds(20), () => listen.Output.Contains("ping", StringComparison.Ordinal), "what one says the other one hears");
        listen.Write("pong\n");
        listen.CloseInput();
        Assert.True(connect.WaitForExit(TimeSpan.FromSeconds(20)) && listen.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal((0, "pong\n", 0, "ping\n"), (connect.Result.ExitCode, connect.Output, listen.Result.ExitCode, listen.Output));
    }

    /// <summary>After the end of one direction the other one goes on, whoever ends first and whoever has connected.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Socat_and_weir_close_in_halves(bool socatListens, bool socatEndsFirst)
    {
        Require("socat");
        using TestNamespace host = new();
        Weir(host, "tun", "add", "tun1", "--address", "10.1.0.1/24").Check();
        string[] place = ["--device", "tun1", "--address", "10.1.0.2/24"];
        // -t: how long socat waits for the other direction after the end of one.
        RunningTool socat, weir;
        if (socatListens)
        {
            socat = host.Start("socat", "-t", "20", "-", "TCP-LISTEN:9000,bind=10.1.0.1");
            host.WaitForListener(9000);
            weir = Start(host, ["tcp", "connect", "10.1.0.1", "9000", .. place]);
        }
        else
        {
            weir = Start(host, ["tcp", "listen", "9000", .. place]);
            Eventually.True(TimeSpan.FromSeconds(20), () => weir.Error.Contains("listening", StringComparison.Ordinal), "weir tcp listen listens");
            socat = host.Start("socat", "-t", "20", "-", "TCP:10.1.0.2:9000");
        }

        (RunningTool first, RunningTool second) = socatEndsFirst ? (socat, weir) : (weir, socat);
        first.Write("ping\n");
        first.CloseInput();
        Eventually.True(TimeSpan.FromSeconds(20), () => second.Output.Contains("ping", StringComparison.Ordinal), "what one says the other one hears");
        string established = host.Run("ss", "-Htn").Output;
        Assert.Contains(socatEndsFirst ? "FIN-WAIT-2" : "CLOSE-WAIT", established, StringComparison.Ordinal);
        second.Write("pong\n");
        second.CloseInput();

        Assert.True(first.WaitForExit(TimeSpan.FromSeconds(20)) && second.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal((0, "pong\n", 0, "ping\n"), (first.Result.ExitCode, first.Output, second.Result.ExitCode, second.Output));
    }

    [Fact]
    public void A_running_stack_shows_its_packets_and_its_connections()
    {
        Require("socat", "tcpdump");
        using TestNamespace host = new();
        using ScratchFolder folder = new();
        RunningTool serve = Start(host, "tcp", "bench", "serve", "--device", "bench0", "--address", "10.3.0.2/24", "--pcap", folder.PathOf("packets.pcapng"), "--stats", "1");
        Eventually.True(TimeSpan.FromSeconds(20), () => serve.Output.Contains("ready", StringComparison.Ordinal), "weir tcp bench serve is ready");
        RunningTool client = host.Start("socat", "-", "TCP:10.3.0.2:7");
        client.Write("hello\n");
        Eventually.True(TimeSpan.FromSeconds(20), () => client.Output == "hello\n", "the echo comes back");

        // The file is whole while the stack is idle.
        string packets = Tool.Run("tcpdump", "-nn", "-r", folder.PathOf("packets.pcapng")).Output;
        Assert.Matches(@"> 10\.3\.0\.2\.7: Flags \[S\], ", packets);
        Assert.Matches(@"10\.3\.0\.2\.7 > .*: Flags \[S\.\], ", packets);
        Assert.Matches(@"10\.3\.0\.2\.7 > .*: Flags \[P\.\], .*length 6", packets);
        Eventually.True(
            TimeSpan.FromSeconds(20),
            () => serve.Error.StartsWith("Established 10.3.0.2:7 10.3.0.1:", StringComparison.Ordinal) && serve.Error.Contains('\n', StringComparison.Ordinal),
            "the connection is shown");
        Assert.Matches(@" rtt:[\d.]+/.* mss:1448 .* bytes_acked:6 bytes_received:6 ", serve.Error);

        Assert.Contains("can't be written", Weir(host, "tcp", "get", "10.3.0.1", "/", "--device", "bench1", "--address", "10.4.0.2/24", "--pcap", "/nowhere/a").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1500, "on", 4309, 0)]
    [InlineData(65520, "off", 500, 0)]
    [InlineData(1500, "off", 4309, 20_000_000)]
    [InlineData(1500, "off", 4309, 0, "--napi", "off")]
    public void Serve_answers_echo_discard_and_source_and_leaves_no_device(int mtu, string offload, int queue, int heldFor, params string[] more)
    {
        Require("python3");
        using TestNamespace host = new();
        RunningTool serve = Start(host, ["tcp", "bench", "serve", "--device", "bench0", "--address", "10.3.0.2/24", "--mtu", $"{mtu}", "--offload", offload, "--json", .. more]);
        Eventually.True(TimeSpan.FromSeconds(20), () => serve.Output.Contains('\n', StringComparison.Ordinal), $"weir tcp bench serve is ready: {serve.Error}");
        using JsonDocument ready = JsonDocument.Parse(serve.Output);
        Assert.Equal(("10.3.0.1", mtu, offload == "on"), (ready.RootElement.GetProperty("host").GetString(), ready.RootElement.GetProperty("mtu").GetInt32(), ready.RootElement.GetProperty("offload").GetBoolean()));
        Assert.Equal(queue, JsonDocument.Parse(host.Run("ip", "-j", "link", "show", "bench0").Output).RootElement[0].GetProperty("txqlen").GetInt32());
        Assert.Equal(heldFor, int.Parse(host.Run("cat", "/sys/class/net/bench0/gro_flush_timeout").Output, CultureInfo.InvariantCulture));
        Assert.Equal(heldFor > 0, ready.RootElement.GetProperty("napi").GetBoolean());

        const string Client = """
            import socket
            def connect(port): return socket.create_connection(('10.3.0.2', port), 10)
            data = bytes(range(256)) * 4096
            s = connect(7)
            import threading
            t = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR)))
            t.start()
            got = b''
            while True:
                part = s.recv(65536)
                if not part: break
                got += part
            print('echo', got == data)
            d = connect(9); d.sendall(data); d.shutdown(socket.SHUT_WR); print('discard', d.recv(1) == b'')
            c = connect(19); got = b''
            while len(got) < 1000000: got += c.recv(65536)
            print('source', got == (bytes(range(256)) * 5000)[:len(got)])
            """;
        Assert.Equal("echo True\ndiscard True\nsource True\n", host.Run("python3", "-c", Client).Output);

        Tool.Run("kill", "-INT", $"{serve.Pid}");
        Assert.True(serve.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, serve.Result.ExitCode);
        Assert.DoesNotContain("bench0", host.Ip("link").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_bridge_address_and_names_come_from_a_dhcp_server()
    {
        Require("dnsmasq", "nginx");
        using TestNamespace host = new();
        using ScratchFolder folder = new();
        host.Ip("link add br0 type bridge forward_delay 0");
        host.Ip("addr add 10.3.0.1/24 dev br0");
        host.Ip("link set br0 up");
        host.Ip("tuntap add mode tap name tap0");
        host.Ip("link set tap0 master br0");
        string leases = folder.PathOf("leases");
        host.Start(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-resolv", "--no-hosts", "--local=/test/", "--no-ping",
            "--host-record=web.test,10.3.0.1", "--dhcp-range=10.3.0.50,10.3.0.59,120", $"--dhcp-leasefile={leases}");
        host.WaitForUdp(67);
        folder.Write("page.txt", "hello");
        host.Start("nginx", "-c", folder.Write("nginx.conf", $"daemon off; pid {folder.PathOf("pid")}; error_log stderr; events {{}} http {{ access_log off; server {{ listen 80; root {folder.PathOf("")}; }} }} user root;"));
        host.WaitForListener(80);

        Assert.EndsWith("\nhello", Weir(host, "tcp", "get", "web.test", "/page.txt", "--device", "tap0", "--dhcp").Check().Output.TrimEnd(), StringComparison.Ordinal);
        Eventually.True(TimeSpan.FromSeconds(20), () => File.ReadAllText(leases).Length == 0, "the address is given back");
        Assert.EndsWith("\nhello", Weir(host, "tcp", "get", "web.test", "/page.txt", "--device", "tap0", "--address", "10.3.0.7/24", "--dns", "10.3.0.1").Check().Output.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("the name is not known", Weir(host, "tcp", "get", "nobody.test", "/", "--device", "tap0", "--dhcp").Error, StringComparison.Ordinal);
        Assert.Contains("--dhcp takes a TAP device", Weir(host, "tcp", "get", "web.test", "/", "--device", "tun0", "--dhcp").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("on", "off")]
    [InlineData("on", "on")]
    [InlineData("off", "on")]
    public void The_owner_of_a_device_needs_no_other_right_to_use_it(string offload, string napi)
    {
        Require("setpriv", "socat");
        using TestNamespace host = new();
        Assert.Equal(0, Weir(host, "tun", "add", "own0", "--address", "10.3.0.1/24", "--owner", "root").ExitCode);
        RunningTool serve = host.Start(
            "setpriv", "--bounding-set", "-all", "--inh-caps", "-all", WeirAgent.Program, "tcp", "bench", "serve", "--device", "own0", "--address", "10.3.0.2/24", "--offload", offload, "--napi", napi);
        Eventually.True(TimeSpan.FromSeconds(20), () => serve.HasExited || serve.Output.Contains("ready", StringComparison.Ordinal), "weir tcp bench serve is ready");
        Assert.Equal("", serve.Error);
        RunningTool client = host.Start("socat", "-", "TCP:10.3.0.2:7");
        client.Write("hello\n");
        Eventually.True(TimeSpan.FromSeconds(20), () => client.Output == "hello\n", "the echo comes back");

        // What takes a right is left out.
        Assert.Equal("0", host.Run("cat", "/sys/class/net/own0/gro_flush_timeout").Output.Trim());
        Assert.DoesNotContain("napi", serve.Output, StringComparison.Ordinal);
    }

    private static void Require(params string[] programs)
    {
        WeirAgent.Require();
        RootTier.Require(programs);
    }

    private static ToolResult Weir(TestNamespace host, params string[] words) => Tool.Try(WeirAgent.Program, [.. words, "--at", host.Name]);

    private static RunningTool Start(TestNamespace host, params string[] words) => host.Start(WeirAgent.Program, words);
}
