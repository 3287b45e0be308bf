using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Host.Formats;
using Weir.Host.Nft;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.NftText;

/// <summary>What people write by hand and nft never prints: variables, chains without a name, commands without their first words.</summary>
public class NftScriptTests
{
    private const string Variables = """
        define wan = eth0
        define ports = { 22, 80, 443 }
        define more = { $ports, 8080 }   # a set in a set
        define lan = 10.0.0.0/8
        define range = 1000-2000
        define quoted = "eth1"
        define early = -5
        define hosts = {
            10.0.0.1,   # the first
            10.0.0.5,
        }
        define verdict = "drop"
        define syn = syn,ack
        define states = established,related
        define pairs = { 10.0.0.9 . 80, 10.0.0.8 . $range }
        define bits = 0x1 | 0x2
        table ip t {
        	define inner = 55
        	set s { type ipv4_addr; elements = $hosts; }
        	set net { type ipv4_addr; flags interval; elements = { $lan, 192.168.0.1 }; }
        	chain other { }
        	chain c { type filter hook input priority $early; policy $verdict;
        		define here = 7
        		iifname $wan tcp dport $ports accept
        		ip saddr $lan tcp dport $more drop
        		tcp dport $inner drop
        		tcp dport $range drop
        		ip saddr != $hosts drop
        		oifname { $wan, $quoted } accept
        		tcp dport { $range, 5 } accept
        		ip saddr . tcp dport { 10.0.0.1 . $inner } accept
        		ip saddr . tcp dport $pairs accept
        		ct state $states accept
        		tcp flags $syn accept
        		meta mark and $bits == 1 meta mark set $bits
        		tcp sport $here jump other
        		tcp dport 80 dnat to 10.0.0.2:$inner
        	}
        }
        redefine wan = eth9
        add rule ip t other oifname $wan drop
        undefine wan

        """;

    [Fact]
    public void Variables_hold_from_their_definition_to_the_end_of_their_block()
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        oracle.LoadsTheSame(Variables.Replace("type filter", "type nat", StringComparison.Ordinal).Replace("hook input", "hook prerouting", StringComparison.Ordinal).Replace("policy $verdict", "policy accept", StringComparison.Ordinal));
        oracle.LoadsTheSame("flush ruleset\n" + Variables.Replace("\t\ttcp dport 80 dnat to 10.0.0.2:$inner\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("table ip t { chain c { tcp dport $nowhere accept; } }", 1)]
    [InlineData("table ip t {\n define a = 5\n}\nadd chain ip t c\nadd rule ip t c tcp dport $a accept\n", 5)]
    [InlineData("define a = 5\ndefine a = 6\n", 2)]
    [InlineData("define a = drop\n", 1)]
    [InlineData("define a = tcp dport\n", 1)]
    [InlineData("define a\n", 1)]
    [InlineData("define a = $b\ndefine b = 5\n", 1)]
    [InlineData("define a = 5\nundefine a\ntable ip t { chain c { tcp dport $a accept; } }", 3)]
    public void What_nft_refuses_of_variables_is_a_finding(string text, int line)
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        Assert.False(oracle.LoadByNft(text).Succeeded);
        var refused = Assert.Throws<RulesTextException>(() => oracle.LoadByWeir(text));
        Assert.Equal(line, refused.Findings[0].Line);
    }

    [Fact]
    public void Chains_without_a_name_are_made_and_shown_as_by_nft()
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        oracle.LoadsTheSame("""
            define ports = { 22, 80 }
            table inet t {
            	set s { type ipv4_addr; }
            	chain c { type filter hook input priority 0;
            		ip saddr 10.0.0.0/8 tcp dport $ports jump { tcp dport 22 counter accept; udp dport { 1, 2 } ip saddr @s drop comment "x"; return; }
            		goto {
            			meta mark 1 log prefix "a" accept # behind
            			# alone
            			drop
            		}
            	}
            	chain d { accept; }
            }
            add rule inet t d jump { counter; }
            insert rule inet t d goto { drop; }
            """);
        var json = Json(oracle.Weir);
        var expected = JsonNode.Parse(oracle.Weir.Run("nft", "-j", "list", "ruleset").Output)!["nftables"]!.AsArray().Select(item => item!.ToJsonString());
        Assert.Equal(expected, json["nftables"]!.AsArray().Select(item => item!.ToJsonString()));
        // Deleted with its rule, and nothing of it stays.
        oracle.LoadsTheSame("flush chain inet t d\nflush chain inet t c\n");
        Assert.DoesNotContain("__chain", oracle.Weir.Run("nft", "-a", "list", "ruleset").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_a_chain_without_a_name_is_told_and_named_as_any_other()
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        var told = Assert.Throws<RulesTextException>(() => oracle.LoadByWeir("table ip t {\n chain c {\n  tcp dport 5 jump {\n   frobnicate\n   ip6 saddr ::1 drop\n   accept\n  }\n }\n}\n"));
        Assert.Equal([4, 5], told.Findings.Select(finding => finding.Line));
        var refused = Assert.Throws<RefusedLineException>(() => oracle.LoadByWeir("table ip t {\n chain c {\n  tcp dport 5 jump {\n   accept\n   jump nowhere\n  }\n }\n}\n"));
        Assert.Equal((5, "jump nowhere"), (refused.Line, refused.Text));
        Assert.Equal("", oracle.List());
    }

    [Fact]
    public void A_chain_without_a_name_comes_back_when_a_load_is_taken_back()
    {
        NftOracle.Require();
        using var ns = new TestNamespace();
        using var handle = NetworkNamespace.OpenNamed(ns.Name);
        var format = new NftFormat();
        format.Prepare("table ip t { chain c { tcp dport 80 jump { counter packets 3 bytes 4 drop; }; }; }", handle, new LoadOptions()).Apply();
        var before = NftOracle.List(ns);
        Assert.Contains("jump {", before, StringComparison.Ordinal);
        var load = format.Prepare("flush ruleset\n", handle, new LoadOptions());
        load.Apply();
        load.Undo();
        Assert.Equal(before, NftOracle.List(ns));
    }

    [Fact]
    public void Commands_may_leave_out_their_verb_and_the_word_rule()
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        oracle.LoadsTheSame("""
            table t
            chain ip t c { type filter hook input priority 0; }
            set ip t s { type ipv4_addr; }
            counter ip t hits
            element ip t s { 10.0.0.1 }
            add ip t c tcp dport 80 accept
            add t c tcp dport 81 accept
            rule ip t c tcp dport 82 accept
            ip t c counter name hits
            """);
    }

    private static JsonNode Json(TestNamespace of)
    {
        using var ns = NetworkNamespace.OpenNamed(of.Name);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            new NftFormat().WriteJson(ns, writer);
        return JsonNode.Parse(stream.ToArray())!;
    }
}
