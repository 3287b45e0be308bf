using System.Net.Sockets;
using Weir.Host.Formats;
using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Classifiers;
using Weir.Testing;

namespace Weir.Kernel.Tests.Tc;

/// <summary>What every kernel has: u32 and mirred, clsact, htb, tbf, fifos. The rest is tried under Debian's stock kernel (Weir.Vm.Tests).</summary>
public class TcFormatTests
{
    /// <summary>The rules of NeuVector's enforcer; this kernel may lack pedit, so without it.</summary>
    private static string NeuVector => string.Concat(GoldenFile.Read("tc/neuvector.txt").Split('\n').Select(line =>
        (line.IndexOf("action pedit", StringComparison.Ordinal) is var start and >= 0 ? line[..start] + line[line.IndexOf("action mirred", StringComparison.Ordinal)..] : line) + "\n"));

    private const string Tree = """
        tc qdisc add dev d0 root handle 1: htb default 30 r2q 20
        tc class add dev d0 parent 1: classid 1:1 htb rate 6mbit burst 15k
        tc class add dev d0 parent 1:1 classid 1:10 htb rate 5mbit burst 15k ceil 6mbit prio 3
        tc class add dev d0 parent 1:1 classid 1:20 htb rate 3mbit ceil 10gbit burst 15k cburst 1mb quantum 3000 overhead 20 mpu 64
        tc class add dev d0 parent 1:1 classid 1:30 htb rate 1234567bit ceil 40gbit
        tc qdisc add dev d0 parent 1:10 handle 10: tbf rate 1mbit burst 5k latency 70ms
        tc qdisc add dev d0 parent 1:20 handle 20: tbf rate 10gbit burst 5mb limit 10mb peakrate 12gbit mtu 2000 overhead 14
        tc qdisc add dev d0 parent 1:30 handle 30: pfifo limit 5
        tc qdisc add dev d1 root handle 2: bfifo limit 40000
        tc filter add dev d0 parent 1: protocol ip prio 1 u32 match ip dport 22 0xffff flowid 1:10
        tc filter add dev d0 parent 1: protocol ip prio 2 handle 2: u32 divisor 256
        tc filter add dev d0 parent 1: protocol ip prio 2 u32 ht 2:7: match ip dst 1.2.3.7 flowid 1:20
        tc filter add dev d0 parent 1: protocol ip prio 2 u32 match ip dst 1.2.3.0/24 link 2: hashkey mask 0x000000ff at 16
        tc filter add dev d0 parent 1: protocol ip prio 2 u32 match u8 0 0 offset at 0 mask 0x0f00 shift 6 plus 4 eat link 2:

        """;

    [Fact]
    public void Neuvectors_rules_are_installed_and_listed_as_tc_does()
    {
        RootTier.Require("ip", "tc");
        TcScene.InstalledTheSameWay(NeuVector, ["vexbe87-eth0", "vinbe87-eth0", "vbr-neuv", "vth-neuv"]);
    }

    [Fact]
    public void A_tree_of_classes_with_queues_and_hash_tables_is_installed_and_listed_as_tc_does()
    {
        RootTier.Require("ip", "tc");
        TcScene.InstalledTheSameWay(Tree, ["d0", "d1"]);
    }

    [Fact]
    public void Random_rules_are_installed_and_listed_as_tc_does()
    {
        RootTier.Require("ip", "tc");
        for (var seed = 1; seed <= 6; seed++)
        {
            TcRandom random = new(new SeededGenerator(seed));
            var rules = "tc qdisc add dev d0 clsact\n" + random.U32Rules(40, "action mirred egress mirror dev d1", "action mirred egress redirect dev d2", "action mirred ingress mirror dev d1", "action mirred egress mirror dev d2 continue");
            TcScene.InstalledTheSameWay(rules, ["d0", "d1", "d2"], $"seed {seed}");
        }
    }

    [Fact]
    public void A_refused_line_is_named_and_those_before_it_are_taken_back()
    {
        RootTier.Require("ip", "tc");
        using TcScene scene = new("d0", "d1", "d2");
        scene.Load("tc qdisc add dev d1 root handle 2: bfifo limit 7\ntc qdisc add dev d2 clsact\ntc filter add dev d2 ingress pref 7 protocol all u32 match u8 0 0 action mirred egress mirror dev d1\n");
        var before = scene.Show();

        var refusal = Assert.Throws<RefusedLineException>(() => scene.Load("""
            tc filter add dev d2 ingress pref 7 protocol all u32 match u8 1 1 at 0 action mirred egress mirror dev d1
            tc filter add dev d2 ingress pref 9 protocol ip u32 match u8 1 1 at 0
            tc filter del dev d2 ingress pref 7 protocol all
            tc qdisc add dev d1 root handle 2: bfifo limit 40000
            """));

        Assert.Equal(4, refusal.Line);
        Assert.Contains("Exclusivity flag on, cannot modify", refusal.Refusal, StringComparison.Ordinal);
        // The kernel chooses the numbers of a preference's table and of actions anew each time.
        TcScene.Equal(TcScene.WithoutNumbers(before), TcScene.WithoutNumbers(scene.Show()), "taken back");
        TcScene.Equal(scene.ShowByTool(), scene.Show(), "taken back, printed by tc");
    }

    /// <summary>Rates and bursts are rounded where tc prints them; told again, they are printed the same.</summary>
    [Theory]
    [InlineData("root handle 1: tbf rate 1mbit burst 1600 limit 3000 overhead 20 mpu 64")]
    [InlineData("root handle 1: tbf rate 1234567bit burst 1514 latency 533us")]
    [InlineData("root handle 1: tbf rate 9876543210bit burst 3750150 limit 9m peakrate 12gbit mtu 1500")]
    [InlineData("root handle 1: tbf rate 100gbit burst 7m latency 3us linklayer atm")]
    [InlineData("root handle 1: tbf rate 5mbit burst 1540 limit 1000")]
    public void A_token_bucket_is_the_same_again_when_its_listing_is_loaded(string bucket)
    {
        RootTier.Require("ip", "tc");
        TcScene.InstalledTheSameWay($"tc qdisc add dev d0 {bucket}\n", ["d0"]);
    }

    [Theory]
    [InlineData("tc qdisc del dev d0 root")]
    [InlineData("tc qdisc replace dev d0 root handle 3: pfifo limit 9")]
    [InlineData("tc qdisc replace dev d0 root handle 5: htb default 10 r2q 7")]
    [InlineData("tc class replace dev d0 parent 1:1 classid 1:10 htb rate 1mbit")]
    [InlineData("tc class change dev d0 parent 1:1 classid 1:20 htb rate 2gbit burst 9k")]
    [InlineData("tc qdisc replace dev d0 parent 1:20 handle 20: tbf rate 1mbit burst 3k limit 4k")]
    [InlineData("tc qdisc change dev d0 parent 1:10 handle 10: tbf rate 1mbit burst 3k limit 4k")]
    [InlineData("tc qdisc del dev d0 parent 1:30")]
    public void A_tree_that_was_deleted_or_replaced_stands_again_when_a_later_line_is_refused(string change)
    {
        RootTier.Require("ip", "tc");
        using TcScene scene = new("d0", "d1");
        scene.Batch(Tree).Check();
        var before = scene.ShowByTool();

        var refusal = Assert.Throws<RefusedLineException>(() => scene.Load($"{change}\ntc class add dev d1 parent 2: classid 2:1 htb rate 1mbit\n"));

        Assert.Equal(2, refusal.Line);
        Assert.DoesNotContain("taken back", refusal.Refusal, StringComparison.Ordinal);
        TcScene.Equal(TcScene.WithoutNumbers(before), TcScene.WithoutNumbers(scene.ShowByTool()), "taken back");
    }

    [Fact]
    public void Json_says_what_the_json_of_tc_says()
    {
        RootTier.Require("ip", "tc");
        using TcScene scene = new("d0", "d1", "d2", "d3");
        // Where u32 has an offset, tc's JSON is none.
        scene.Batch(Tree.Replace(" offset at 0 mask 0x0f00 shift 6 plus 4 eat", "", StringComparison.Ordinal) + """
            tc qdisc add dev d2 clsact
            tc qdisc add dev d3 ingress
            tc filter add dev d2 ingress pref 1 protocol ip u32 match ip dst 1.2.3.4 match ip dport 7 0xffff action mirred egress mirror dev d0 action mirred ingress redirect dev d1
            tc filter add dev d2 egress pref 2 protocol all u32 match u8 0 0 flowid 1:2
            tc filter add dev d3 parent ffff: pref 5 protocol 0x1234 u32 match u8 1 1 at 3 indev d1 action mirred egress mirror dev d0 continue

            """).Check();

        TcJsonOracle.Equal(scene);
    }

    [Fact]
    public void What_was_counted_is_listed_as_tc_s_lists_it()
    {
        RootTier.Require("ip", "tc");
        using TcScene scene = new("d0", "d1");
        foreach (var line in (string[])["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up", "link set d1 up", "addr add 10.9.9.1/24 dev v0"])
            scene.Ip(line);
        scene.Load(Tree + "tc qdisc add dev v0 clsact\ntc filter add dev v0 egress pref 1 u32 match u8 0 0 action mirred egress mirror dev d1 action mirred ingress mirror dev d0\n");

        // Asks who has the address.
        scene.Namespace.Run(() =>
        {
            using UdpClient client = new();
            client.Send([1], 1, "10.9.9.2", 9);
        });

        // Seconds go on, and the links ask about neighbours, while both are printed; what was used just now has no time yet.
        var (byTool, byWeir) = ("", "");
        if (!Eventually.Within(TimeSpan.FromSeconds(20), () => (byTool = scene.ShowByTool(counters: true)) == (byWeir = scene.Show(counters: true)) && byWeir.Contains(" firstused ", StringComparison.Ordinal)))
            TcScene.Equal(byTool, byWeir, "tc -s");
        Assert.Contains(" firstused ", byWeir, StringComparison.Ordinal);
        Assert.Contains(" lended: 0 borrowed: 0 giants: 0", byWeir, StringComparison.Ordinal);
        scene.Prepare(byWeir.Replace("pref 1 ", "pref 7 ", StringComparison.Ordinal)).Dispose();
    }

    [Fact]
    public void What_was_installed_can_be_taken_back()
    {
        RootTier.Require("ip", "tc");
        using TcScene scene = new("d0", "d1");
        var before = scene.Show();
        var load = scene.Prepare(Tree);

        load.Apply();
        Assert.NotEqual(before, scene.Show());
        load.Undo();

        Assert.Equal(before, scene.Show());
        Assert.Equal("add qdisc htb 1: dev d0 parent root", load.Messages[0]);
    }

    [Fact]
    public void A_mirror_that_leads_back_to_its_source_is_refused_with_the_way_round()
    {
        RootTier.Require("ip", "tc");
        using TcScene scene = new("d0");
        scene.Ip("link add v0 type veth peer name v1");
        scene.Load("tc qdisc add dev v0 clsact\ntc qdisc add dev v1 clsact\ntc qdisc add dev d0 clsact\ntc filter add dev d0 egress pref 1 u32 match u8 0 0 action mirred egress mirror dev v1\n");

        var pair = Assert.Throws<RulesTextException>(() => scene.Prepare("tc filter add dev v0 ingress pref 1 u32 match u8 0 0 action mirred egress mirror dev v1\n"));
        var round = Assert.Throws<RulesTextException>(() => scene.Prepare("tc filter add dev v0 ingress pref 1 u32 match u8 0 0 action mirred egress mirror dev d0\n"));

        Assert.Equal("frames would go round for ever: v0 ingress -> v1 egress -> v0 ingress", Assert.Single(pair.Findings).Message);
        Assert.Equal("frames would go round for ever: v0 ingress -> d0 egress -> v1 egress -> v0 ingress", Assert.Single(round.Findings).Message);
    }

    [Theory]
    [InlineData("tc qdisc add dev nosuch clsact", "there is no device nosuch")]
    [InlineData("tc filter add dev d0 u32 match u8 0 0", "it is not said where the filter hangs, neither here nor by a prompt above (parent, ingress, egress)")]
    [InlineData("tc filter add dev d0 ingress u32 match u8 0 0 action tunnel_key unset", "the action tunnel_key is not known here: mirred, pedit, police, gact, skbedit and csum are")]
    public void What_can_not_be_sent_is_told_before_anything_is(string line, string message)
    {
        RootTier.Require("ip", "tc");
        using TcScene scene = new("d0");

        Assert.Equal(message, Assert.Single(Assert.Throws<RulesTextException>(() => scene.Prepare(line)).Findings).Message);
    }

    [Fact]
    public void The_watch_hears_of_qdiscs_classes_and_filters()
    {
        RootTier.Require("ip", "tc");
        using TcScene scene = new("d0");
        using var monitor = TrafficControlMonitor.Open(scene.Namespace);

        scene.Batch("tc qdisc add dev d0 root handle 1: htb\ntc class add dev d0 parent 1: classid 1:1 htb rate 1mbit\ntc filter add dev d0 parent 1: protocol ip prio 1 u32 match u8 0 0 flowid 1:1\ntc qdisc del dev d0 root\n").Check();
        List<TrafficControlChange> heard = [];
        Eventually.True(TimeSpan.FromSeconds(10), () =>
        {
            heard.AddRange(monitor.Read(TimeSpan.FromMilliseconds(200)));
            return heard.Exists(change => change is QdiscChange { Gone: true, Qdisc.Kind: "htb" });
        }, "the qdisc's end");

        Assert.Contains(heard, change => change is ClassChange { Class: { Handle: 0x10001, Htb.Rate: 125_000 } });
        Assert.Contains(heard, change => change is FilterChange { Filter.Classifier: U32Classifier { ClassId: 0x10001 } });
    }

    [Fact]
    public void Statistics_and_chains_are_read()
    {
        RootTier.Require("ip", "tc");
        using TcScene scene = new("d0");
        scene.Batch("tc qdisc add dev d0 clsact\n").Check();
        using var socket = scene.Open();
        var chain = new FilterChain(100, TrafficHandle.Ingress, 5);

        socket.Chains.Add(chain);

        Assert.Contains(5u, socket.Chains.List(100).Select(other => other.Number));
        Assert.Contains("chain 5", scene.Tc("chain show dev d0 ingress").Output, StringComparison.Ordinal);
        socket.Chains.Delete(chain);
        Assert.DoesNotContain(5u, socket.Chains.List(100).Select(other => other.Number));
        Assert.Equal(0ul, Assert.Single(socket.Qdiscs.List(100), qdisc => qdisc.Kind == "clsact").Statistics!.Packets);
    }
}
