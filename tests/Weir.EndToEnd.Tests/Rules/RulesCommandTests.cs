using Weir.Testing;

namespace Weir.EndToEnd.Tests.Rules;

/// <summary><c>weir rules load</c> and <c>show</c>, beside the tools whose texts these are.</summary>
public sealed class RulesCommandTests : IDisposable
{
    private const int No = 1, Usage = 2, Refused = 3;

    private static readonly string[] Dumps = ["iptables-save", "ip6tables-save", "nft list ruleset", "ip rule", "ip route show table all", "tc qdisc show", "ipset save"];

    private readonly ScratchFolder _folder = new();

    [Fact]
    public void The_ambient_nodes_transcript_loads_whole_and_the_tools_print_its_lines()
    {
        Require();
        using TestNamespace node = AmbientNode();
        string transcript = File.ReadAllText(Path.Combine(Repository.Root, "tests/golden/rules/ambient-node.txt")), before = Dump(node);

        // The set that a rule names is made by the same file: a check takes it as there, and makes none.
        Weir("rules", "load", _folder.Write("node.txt", transcript), "--check", "--at", node.Name).Check();
        Assert.Equal(before, Dump(node));
        Weir("rules", "load", _folder.PathOf("node.txt"), "--at", node.Name).Check();

        string[] saved = node.Run("iptables-save").Output.Split('\n');
        foreach (string line in transcript.Split('\n').Where(line => line.StartsWith("-A ", StringComparison.Ordinal)))
            Assert.Contains(line, saved);
        Assert.Contains("100:\tfrom all fwmark 0x200/0x200 goto 32766", node.Run("ip", "rule").Output);
        Assert.Equal("default via 192.168.127.2 dev istioout \n10.244.1.2 dev veth1ae58883 scope link \n", node.Run("ip", "route", "show", "table", "101").Output);
        Assert.Equal(
            "10.244.0.2 via 192.168.126.2 dev istioin src 10.244.1.1 \n10.244.0.7 via 192.168.126.2 dev istioin src 10.244.1.1 \n10.244.1.2 dev veth1ae58883 scope link \n",
            node.Run("ip", "route", "show", "table", "100").Output);
        Assert.Contains("add ztunnel-pods-ips 10.244.1.2", node.Run("ipset", "save").Output);
    }

    [Fact]
    public void What_show_prints_of_one_namespace_makes_another_one_the_same()
    {
        Require();
        using TestNamespace first = AmbientNode(), second = AmbientNode();
        Weir("rules", "load", Path.Combine(Repository.Root, "tests/golden/rules/ambient-node.txt"), "--at", first.Name).Check();
        first.Run("nft", "add table inet mine; add chain inet mine in { type filter hook input priority 10; }; add rule inet mine in tcp dport { 80, 443 } counter accept");

        string shown = Weir("rules", "show", "--at", first.Name).Check().Output;
        Weir("rules", "load", _folder.Write("shown.txt", shown), "--at", second.Name).Check();

        Assert.Equal(Dump(first), Dump(second));
        Assert.Equal(Sorted(shown), Sorted(Weir("rules", "show", "--at", second.Name).Check().Output));
    }

    [Fact]
    public void A_refused_line_is_named_and_nothing_of_the_file_stays()
    {
        Require();
        using TestNamespace node = AmbientNode();
        string before = Dump(node);
        string file = _folder.Write("bad.txt", "$ ipset save\ncreate z hash:ip\nadd z 10.0.0.1\n$ ip route show table 101\n10.9.0.0/16 dev istioin scope link \n10.8.0.0/16 via 172.31.9.9 dev istioin \n");

        ToolResult refused = Weir("rules", "load", file, "--at", node.Name);

        Assert.Equal(Refused, refused.ExitCode);
        Assert.Contains("line 6", refused.Error);
        Assert.Contains("10.8.0.0/16 via 172.31.9.9", refused.Error);
        Assert.Contains("Nothing was changed.", refused.Error);
        Assert.Equal(before, Dump(node));
    }

    /// <summary>Every part names what another one makes: sets and links, by name and by index, whichever stands first.</summary>
    private const string Dependent = """
        $ nft list ruleset
        table inet t {
        	chain c {
        		iif "made0" accept
        	}
        }
        $ iptables-save
        *filter
        :INPUT ACCEPT [0:0]
        -A INPUT -i made0 -m set --match-set made src -j DROP
        COMMIT
        $ tc -batch
        qdisc add dev made0 clsact
        filter add dev made0 ingress protocol all pref 1 u32 match u32 0 0 action mirred egress redirect dev made2
        $ ipset save
        create made hash:ip
        $ ip -batch
        link add made0 type veth peer name made1
        link add made2 type veth peer name made3
        link set made0 addrgenmode none up
        link set made2 addrgenmode none up
        $ nft list ruleset
        add rule inet t c iif "made2" drop
        $ ip -batch
        address add 10.9.0.1/24 dev made0
        route add 10.10.0.0/16 dev made0 table 7

        """;

    [Fact]
    public void Parts_of_a_file_may_name_what_the_others_make()
    {
        Require();
        using TestNamespace node = new();
        string before = Dump(node), file = _folder.Write("parts.txt", Dependent);

        string check = Weir("rules", "load", file, "--check", "--at", node.Name).Check().Output;
        Assert.Contains("link made0", check);
        Assert.Contains("dev made0", check);
        Assert.Equal(before, Dump(node));
        Weir("rules", "load", file, "--at", node.Name).Check();

        Assert.Contains("iif \"made0\" accept\n\t\tiif \"made2\" drop", node.Run("nft", "list", "ruleset").Output);
        Assert.Contains("-A INPUT -i made0 -m set --match-set made src -j DROP", node.Run("iptables-save").Output);
        Assert.Contains("10.10.0.0/16 dev made0", node.Run("ip", "route", "show", "table", "7").Output);
        Assert.Contains("Redirect to device made2", node.Run("tc", "filter", "show", "dev", "made0", "ingress").Output);
    }

    [Fact]
    public void All_parts_are_read_before_the_first_is_sent_and_all_are_taken_back_when_the_last_is_refused()
    {
        Require();
        using TestNamespace node = new();
        string before = Dump(node);

        ToolResult unread = Weir("rules", "load", _folder.Write("unread.txt", Dependent + "$ nft list ruleset\nfrobnicate\n$ iptables-save\n*mangle\n-A NOWHERE -j DROP\nCOMMIT\n"), "--at", node.Name);
        ToolResult refused = Weir("rules", "load", _folder.Write("refused.txt", Dependent + "$ nft list ruleset\nadd rule inet t nochain accept\n"), "--at", node.Name);

        Assert.Equal((Usage, Refused), (unread.ExitCode, refused.ExitCode));
        Assert.Contains("frobnicate", unread.Error);
        Assert.Contains("NOWHERE", unread.Error);
        Assert.Contains("add rule inet t nochain accept", refused.Error);
        Assert.DoesNotContain("could be taken back", refused.Error);
        Assert.Equal(before, Dump(node));
        Assert.DoesNotContain("made", node.Run("ip", "link").Output);
    }

    [Fact]
    public void Lines_that_no_tool_would_take_are_told_all_at_once_and_a_check_changes_nothing()
    {
        Require();
        using TestNamespace node = AmbientNode();
        string before = Dump(node);
        string bad = _folder.Write("bad.rules", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport\n-A INPUT -m nosuchmatch -j DROP\n-A INPUT -j ACCEPT # remark\nCOMMIT\n");
        string good = _folder.Write("good.rules", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\nCOMMIT\n");

        ToolResult refused = Weir("rules", "load", bad, "--at", node.Name), found = Weir("rules", "load", bad, "--check", "--at", node.Name), check = Weir("rules", "load", good, "--check", "--at", node.Name);

        Assert.Equal((Usage, No, 0), (refused.ExitCode, found.ExitCode, check.ExitCode));
        foreach (string line in (string[])["line 3", "line 4", "line 5"])
        {
            Assert.Contains(line, refused.Error);
            Assert.Contains(line, found.Output);
        }

        Assert.Contains("--dport 80", check.Output);
        Assert.Equal(before, Dump(node));
    }

    [Fact]
    public void Standard_input_is_a_file_too_and_json_says_what_was_sent()
    {
        Require();
        using TestNamespace node = AmbientNode();
        using RunningTool load = RunningTool.Start(WeirAgent.Program, ["rules", "load", "-", "--at", node.Name, "--json"]);
        load.Write("*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 15006\nCOMMIT\n");
        load.CloseInput();
        Assert.True(load.WaitForExit(TimeSpan.FromSeconds(30)));

        var file = load.Result.Check().Json[0];
        Assert.Equal(("-", "iptables", true), (file.GetProperty("file").GetString(), file.GetProperty("formats")[0].GetString(), file.GetProperty("installed").GetBoolean()));
        Assert.NotEqual(0, file.GetProperty("messages").GetArrayLength());
        Assert.Contains("-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 15006", node.Run("iptables-save").Output);
    }

    [Theory]
    [InlineData("iptables", "iptables-save")]
    [InlineData("nft", "nft list ruleset")]
    [InlineData("ipset", "ipset save")]
    public void Show_prints_what_the_tool_prints(string format, string tool)
    {
        Require();
        using TestNamespace node = AmbientNode();
        Weir("rules", "load", Path.Combine(Repository.Root, "tests/golden/rules/ambient-node.txt"), "--at", node.Name).Check();
        string[] words = tool.Split(' ');
        // nft's warning of a table that is iptables' is on its standard error.
        Assert.Equal(
            WithoutRemarks(node.Run(words[0], words[1..]).Output),
            string.Join('\n', Weir("rules", "show", "--as", format, "--at", node.Name).Check().Output.Split('\n').Where(line => !line.StartsWith("# Warning:", StringComparison.Ordinal))));
    }

    [Fact]
    public void A_namespace_that_is_not_there_and_a_text_of_no_tool_are_refused_in_words()
    {
        Require();
        ToolResult nowhere = Weir("rules", "show", "--at", "weir-test-nowhere"), nothing = Weir("rules", "load", _folder.Write("letter.txt", "Dear Sir or Madam,\n"));
        Assert.Equal((Usage, Usage), (nowhere.ExitCode, nothing.ExitCode));
        Assert.Contains("There is no network namespace weir-test-nowhere.", nowhere.Error);
        Assert.Contains("the format can't be told", nothing.Error);
    }

    public void Dispose() => _folder.Dispose();

    private static void Require()
    {
        WeirAgent.Require();
        RootTier.Require("iptables-save", "nft", "ipset", "tc");
    }

    /// <summary>The links of the ambient node's transcript; veth pairs stand for what a kernel may lack.</summary>
    private static TestNamespace AmbientNode()
    {
        TestNamespace node = new();
        foreach (string link in (string[])["istioin", "istioout", "veth1ae58883", "ens32"])
        {
            node.Ip($"link add {link} type veth peer name p-{link}");
            // Without link-local addresses, which are different ones in each namespace.
            foreach (string end in (string[])[link, $"p-{link}"])
            {
                node.Ip($"link set {end} addrgenmode none");
                node.Ip($"link set {end} up");
            }
        }

        node.Ip("address add 192.168.126.1/30 dev istioin");
        node.Ip("address add 192.168.127.1/30 dev istioout");
        node.Ip("address add 10.244.1.1/32 dev veth1ae58883");
        node.Ip("address add 192.168.50.131/24 dev ens32 noprefixroute");
        return node;
    }

    private static string Dump(TestNamespace node) => string.Join('\n', Dumps.Select(dump => WithoutRemarks(dump.StartsWith("ip route", StringComparison.Ordinal) ? Sorted(Run(node, dump)) : Run(node, dump))));

    /// <summary>The kernel lists the routes of IPv6 in an order of its own.</summary>
    private static string Sorted(string text) => string.Join('\n', text.Split('\n').Order(StringComparer.Ordinal));

    private static string Run(TestNamespace node, string line)
    {
        string[] words = line.Split(' ');
        return node.Run(words[0], words[1..]).Output;
    }

    /// <summary>Without the tool's dates.</summary>
    private static string WithoutRemarks(string text) => string.Join('\n', text.Split('\n')
        .Where(line => !line.StartsWith("# Generated by", StringComparison.Ordinal) && !line.StartsWith("# Completed on", StringComparison.Ordinal)));

    private static ToolResult Weir(params IReadOnlyList<string> arguments) => Tool.Try(WeirAgent.Program, arguments);
}
