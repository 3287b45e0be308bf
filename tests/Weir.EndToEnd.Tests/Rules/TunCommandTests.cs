using System.Text.Json;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Rules;

/// <summary><c>weir tun</c>, beside the lines of ip and iptables that it does the work of.</summary>
public sealed class TunCommandTests
{
    private const int Usage = 2, Refused = 3;

    private static readonly string[] Dumps = ["ip -d link", "ip addr", "ip route show table all", "iptables-save -t nat", "nft list ruleset"];

    [Fact]
    public void Add_leaves_what_the_shell_lines_leave_and_delete_leaves_nothing()
    {
        Require();
        using TestNamespace ours = Plain(), theirs = Plain();
        string before = Dump(ours);
        foreach (string line in (string[])[
            "ip tuntap add mode tun user 1000 name tun144",
            "ip addr add 169.254.144.1/24 dev tun144",
            "ip link set dev tun144 up",
            "ip route change 169.254.144.0/24 dev tun144 rto_min 10ms",
            "iptables -t nat -A PREROUTING -s 169.254.144.0/24 -j CONNMARK --set-mark 144",
            "iptables -t nat -A POSTROUTING -j MASQUERADE -m connmark --mark 144"])
        {
            string[] words = line.Split(' ');
            theirs.Run(words[0], words[1..]);
        }

        Weir(ours, "add", "tun144", "--address", "169.254.144.1/24", "--nat-mark", "144", "--owner", "1000", "--rto-min", "10ms").Check();
        string added = Dump(ours);

        Assert.Contains("-A PREROUTING -s 169.254.144.0/24 -j CONNMARK --set-xmark 0x90/0xffffffff", added, StringComparison.Ordinal);
        Assert.Contains("rto_min lock 10ms", added, StringComparison.Ordinal);
        Assert.Equal(Dump(theirs), added);
        Assert.Equal(theirs.Run("iptables-save", "-t", "nat").Output.Split('\n')[1..^2], ours.Run("iptables-save", "-t", "nat").Output.Split('\n')[1..^2]);

        Weir(ours, "delete", "tun144").Check();
        Assert.Equal(before, Dump(ours));
    }

    [Fact]
    public void A_device_of_the_shell_lines_is_deleted_with_its_rules()
    {
        Require();
        using TestNamespace host = Plain();
        host.Run("iptables", "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "80", "-j", "REDIRECT", "--to-ports", "8080");
        host.Run("iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "eth9", "-j", "MASQUERADE");
        string before = Dump(host);
        host.Ip("tuntap add mode tun name tun7");
        host.Ip("addr add 10.7.0.1/16 dev tun7");
        host.Run("iptables", "-t", "nat", "-A", "PREROUTING", "-s", "10.7.0.0/16", "-j", "CONNMARK", "--set-mark", "7");
        host.Run("iptables", "-t", "nat", "-A", "POSTROUTING", "-j", "MASQUERADE", "-m", "connmark", "--mark", "7");

        Weir(host, "delete", "tun7").Check();

        Assert.Equal(before, Dump(host));
    }

    [Fact]
    public void Empty_chains_that_were_there_before_stay_and_two_devices_go_in_any_order()
    {
        Require();
        using TestNamespace empty = Plain(), none = Plain();
        empty.Run("nft", "add table ip nat; add chain ip nat PREROUTING { type nat hook prerouting priority -100; }; add chain ip nat POSTROUTING { type nat hook postrouting priority 100; }");
        foreach (TestNamespace host in (TestNamespace[])[empty, none])
        {
            string before = Dump(host);
            Weir(host, "add", "tun1", "--address", "10.1.0.1/24", "--nat-mark", "0x1").Check();
            string one = Dump(host);
            Weir(host, "add", "tun2", "--tap", "--address", "10.2.0.1/24", "--nat-mark", "2", "--mtu", "9000").Check();
            Weir(host, "delete", "tun2").Check();
            Assert.Equal(one, Dump(host));
            Weir(host, "add", "tun2", "--tap", "--address", "10.2.0.1/24", "--nat-mark", "2").Check();
            Weir(host, "delete", "tun1").Check();
            Weir(host, "delete", "tun2").Check();
            Assert.Equal(before, Dump(host));
        }
    }

    [Fact]
    public void A_refused_step_leaves_nothing()
    {
        Require();
        using TestNamespace host = Plain();
        // A chain of the name that is none of iptables': the rules can't be added.
        host.Run("nft", "add table ip nat; add chain ip nat PREROUTING { type filter hook input priority 3; }");
        host.Ip("tuntap add mode tun name taken");
        string before = Dump(host);

        ToolResult refused = Weir(host, "add", "tun3", "--address", "10.3.0.1/24", "--nat-mark", "3"), taken = Weir(host, "add", "taken", "--address", "10.3.0.1/24");

        Assert.Equal((Refused, Refused), (refused.ExitCode, taken.ExitCode));
        Assert.Contains("There is a link taken", taken.Error, StringComparison.Ordinal);
        Assert.Equal(before, Dump(host));
    }

    [Fact]
    public void List_and_add_say_in_json_what_is_there()
    {
        Require();
        using TestNamespace host = Plain();
        JsonElement added = Weir(host, "add", "tun4", "--address", "10.4.0.1/24", "--nat-mark", "4", "--multi-queue", "--json").Check().Json;
        JsonElement listed = Weir(host, "list", "--json").Check().Json[0];
        Assert.Equal(JsonSerializer.Serialize(added), JsonSerializer.Serialize(listed));
        Assert.Equal(("tun4", "tun", 4, "10.4.0.1/24"), (listed.GetProperty("name").GetString(), listed.GetProperty("mode").GetString(), listed.GetProperty("natMarks")[0].GetInt32(), listed.GetProperty("addresses")[0].GetString()));
        Assert.Equal((Usage, Usage), (Weir(host, "delete", "tun5").ExitCode, Weir(host, "add", "tun5", "--address", "10.4.0.1").ExitCode));
        Assert.Equal(Usage, Weir(host, "add", "tun5", "--address", "10.5.0.1/24", "--owner", "nobody-of-this-name").ExitCode);
    }

    [Fact]
    public void A_device_that_is_open_is_not_deleted()
    {
        Require();
        RootTier.Require("python3");
        using TestNamespace host = Plain();
        Weir(host, "add", "tun6", "--address", "10.6.0.1/24", "--nat-mark", "6").Check();
        const string Holder = "import fcntl,struct,sys\nf=open('/dev/net/tun','r+b',buffering=0)\nfcntl.ioctl(f,0x400454ca,struct.pack('16sH22x',b'tun6',0x1001))\nprint('open',flush=True)\nsys.stdin.read()";
        RunningTool holder = host.Start("python3", "-c", Holder);
        Eventually.True(TimeSpan.FromSeconds(20), () => holder.Output.Contains("open", StringComparison.Ordinal), "the device is open");
        string before = Dump(host);

        ToolResult refused = Weir(host, "delete", "tun6");

        Assert.Equal(Refused, refused.ExitCode);
        Assert.Contains("A program has tun6 open", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, Dump(host));
        holder.CloseInput();
        Assert.True(holder.WaitForExit(TimeSpan.FromSeconds(20)));
        Weir(host, "delete", "tun6").Check();
    }

    private static void Require()
    {
        WeirAgent.Require();
        RootTier.Require("iptables", "iptables-save", "nft");
    }

    /// <summary>Without IPv6, whose link-local addresses differ from one namespace to the next.</summary>
    private static TestNamespace Plain()
    {
        TestNamespace host = new();
        host.Run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        return host;
    }

    private static ToolResult Weir(TestNamespace host, string verb, params string[] words) => Tool.Try(WeirAgent.Program, ["tun", verb, .. words, "--at", host.Name]);

    private static string Dump(TestNamespace host) => string.Join('\n', Dumps.Select(line =>
    {
        string[] words = line.Split(' ');
        // Comments of iptables-save have the time.
        return $"$ {line}\n" + string.Join('\n', host.Run(words[0], words[1..]).Output.Split('\n').Where(text => !text.StartsWith('#')));
    }));
}
