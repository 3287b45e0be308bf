using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Host.Formats;
using Weir.Host.Nft;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.NftText;

public class NftCorpusTests
{
    public static TheoryData<string> Corpus { get; } = [.. Directory.GetFiles(GoldenFile.PathOf("nft"), "*.nft").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Corpus))]
    public void A_text_is_installed_as_nft_does_it_and_shown_as_nft_shows_it(string file)
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        // What is left of a time-out changes by itself; texts with that are for the parser.
        var text = string.Join('\n', GoldenFile.Read($"nft/{file}").Split('\n').Where(line => !line.Contains(" expires ", StringComparison.Ordinal)));
        oracle.LoadsTheSame(text);
    }

    /// <summary>Lines as people and programs type them, Istio's among them; nft prints them in another form.</summary>
    [Theory]
    [InlineData("inet", "mark and 0xfff == 0x111 counter accept")]
    [InlineData("inet", "meta mark & 0xfff == 0x539 counter ct mark set ct mark & 0xfffff000 | 0x111")]
    [InlineData("inet", "meta l4proto tcp ip daddr != 127.0.0.1/32 tcp dport != { 53, 15008 } skuid 1337 counter accept")]
    [InlineData("inet", "ip6 daddr != ::1/128 tcp dport 15008 accept")]
    [InlineData("inet", "udp dport { 53, 67-68 } ct state { new, established } accept")]
    [InlineData("ip", "ip protocol tcp tcp dport 80")]
    [InlineData("ip", "meta mark set meta mark xor 0x5 and 0xff00 or 0x3")]
    [InlineData("ip", "icmp id 5")]
    [InlineData("ip", "tcp flags & (fin|syn|rst|ack) == syn")]
    [InlineData("ip", "ip saddr 10.1.2.0/23 ip daddr { 10.0.0.0/8, 192.168.0.1-192.168.0.9 } drop")]
    public void A_typed_rule_becomes_what_nft_makes_of_it(string family, string rule)
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        oracle.LoadsTheSame($"table {family} t {{\n\tchain c {{\n\t\t{rule}\n\t}}\n}}\n");
    }

    [Fact]
    public void A_refused_line_is_named_with_the_kernels_words_and_nothing_of_the_text_is_there()
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        var refused = Assert.Throws<RefusedLineException>(() => oracle.LoadByWeir("table ip t {\n\tchain c {\n\t\taccept\n\t\tjump nowhere\n\t\tdrop\n\t}\n}\n"));
        Assert.Equal(4, refused.Line);
        Assert.Equal("jump nowhere", refused.Text);
        Assert.Contains("No such file or directory", refused.Refusal, StringComparison.Ordinal);
        Assert.Equal("", oracle.List());
    }

    [Fact]
    public void All_lines_that_can_t_be_installed_are_told_at_once_and_nothing_is_sent()
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        var refused = Assert.Throws<RulesTextException>(() => oracle.LoadByWeir("table ip t {\n\tchain c {\n\t\tfrobnicate\n\t\tip6 saddr ::1\n\t\ttcp dport 70000\n\t\taccept\n\t}\n}\n"));
        Assert.Equal([3, 4, 5], refused.Findings.Select(finding => finding.Line));
        Assert.Equal("", oracle.List());
    }

    [Fact]
    public void The_commands_of_a_script_do_what_they_do_in_nft()
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        oracle.LoadsTheSame("table inet t { set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 }; }; chain c { accept; drop; }; chain d { drop; }; }\ntable ip old { chain x { }; }\n");
        oracle.LoadsTheSame("""
            add element inet t s { 192.168.0.0/16, 1.1.1.1 }
            insert rule inet t c tcp dport 80 accept
            add rule inet t c index 1 tcp dport 81 accept
            flush chain inet t d
            add counter inet t hits
            add rule inet t d counter name hits
            delete table ip old
            create chain inet t base { type filter hook input priority filter - 5; policy drop; }
            """);
        oracle.LoadsTheSame("delete element inet t s { 1.1.1.1 }\nflush table inet t\n");
        oracle.LoadsTheSame("flush ruleset\ntable ip fresh { chain c { accept; }; }\n");
    }

    [Theory]
    [InlineData("istio-ambient-pod.nft")]
    [InlineData("istio-ambient-host.nft")]
    [InlineData("statements-inet.nft")]
    public void The_json_form_is_that_of_nft(string file)
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        oracle.LoadByWeir(GoldenFile.Read($"nft/{file}"));
        using var ns = NetworkNamespace.OpenNamed(oracle.Weir.Name);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            new NftFormat().WriteJson(ns, writer);
        var expected = JsonNode.Parse(oracle.Weir.Run("nft", "-j", "list", "ruleset").Output)!["nftables"]!.AsArray().Select(item => item!.ToJsonString());
        var actual = JsonNode.Parse(stream.ToArray())!["nftables"]!.AsArray().Select(item => item!.ToJsonString());
        Assert.Equal(expected, actual);
    }

    /// <summary>Rules of iptables-nft hold extensions that nft shows in its own words where it has any.</summary>
    [Fact]
    public void Tables_of_iptables_are_shown_as_nft_shows_them_with_its_warning()
    {
        RootTier.Require("ip", "nft", "iptables");
        using var ns = new TestNamespace();
        foreach (var rule in new[]
        {
            "-A INPUT -p tcp --dport 80 -m comment --comment x -j ACCEPT",
            "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "-A INPUT -p tcp -m multiport --dports 1,2,3",
            "-A INPUT -m addrtype --dst-type LOCAL -j ACCEPT",
            "-A INPUT -m socket --transparent -j REJECT",
            "-A INPUT -j LOG --log-prefix x",
            "-A INPUT -j NFQUEUE --queue-num 0 --queue-bypass",
            "-t mangle -A PREROUTING -m mark --mark 0x220/0x220 -j MARK --set-xmark 0x200/0x200",
            "-t mangle -A PREROUTING -j CONNMARK --save-mark --nfmask 0x220 --ctmask 0x220",
            "-t mangle -A PREROUTING -p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x400/0xfff",
            "-t nat -A OUTPUT -p tcp -m owner --uid-owner 1337 -j RETURN",
            "-t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15006",
            "-t nat -A POSTROUTING -o eth0 -j SNAT --to-source 1.2.3.4",
            "-t nat -A POSTROUTING -j MASQUERADE",
            "-t nat -A PREROUTING -p tcp -j DNAT --to-destination 1.2.3.4:80",
            "-t raw -A PREROUTING -j CT --notrack",
        })
            ns.Run("iptables", rule.Split(' '));
        var listed = ns.Run("nft", "list", "ruleset");
        using var handle = NetworkNamespace.OpenNamed(ns.Name);
        var lines = new NftFormat().Show(handle).Split('\n');
        Assert.Equal(listed.Output, string.Join('\n', lines.Where(line => !line.StartsWith("# Warning", StringComparison.Ordinal))));
        Assert.Equal(listed.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), lines.Where(line => line.StartsWith("# Warning", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_load_is_taken_back()
    {
        NftOracle.Require();
        using var ns = new TestNamespace();
        const string before = "table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 1.1.1.1 }\n\t}\n\n\tchain c {\n\t\ttcp dport { 80, 443 } counter packets 5 bytes 6 accept\n\t\tip saddr @s drop\n\t}\n}\n";
        using var handle = NetworkNamespace.OpenNamed(ns.Name);
        var format = new NftFormat();
        format.Prepare(before, handle, new LoadOptions()).Apply();
        Assert.Equal(before, NftOracle.List(ns));
        var load = format.Prepare("flush ruleset\ntable ip other { }\n", handle, new LoadOptions());
        load.Apply();
        Assert.DoesNotContain("table ip t", NftOracle.List(ns), StringComparison.Ordinal);
        load.Undo();
        Assert.Equal(before, NftOracle.List(ns));
    }

    [Fact]
    public void A_check_shows_what_would_be_sent_and_changes_nothing()
    {
        NftOracle.Require();
        using var ns = new TestNamespace();
        using var handle = NetworkNamespace.OpenNamed(ns.Name);
        var load = new NftFormat().Prepare("table ip t { chain c { tcp dport { 80, 443 } accept; }; }", handle, new LoadOptions());
        Assert.Equal(["add table ip t", "add chain ip t c", "add anonymous set 1 { 0050, 01bb }"], load.Messages.Take(3));
        Assert.StartsWith("add rule ip t c [ ", load.Messages[3], StringComparison.Ordinal);
        Assert.Equal("", NftOracle.List(ns));
    }
}
