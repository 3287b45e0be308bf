using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Weir.Host.Formats;
using Weir.Kernel.Tests.Tc;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Vm.Tests.Tc;

/// <summary>Traffic control under Debian's stock kernel, which has every classifier, action and qdisc; tc is the oracle.</summary>
public partial class TcTests
{
    private static readonly string[] Modules = ["ifb", "act_pedit", "act_gact", "act_skbedit", "act_csum", "act_mirred", "cls_u32", "cls_flower", "cls_matchall", "cls_fw", "cls_basic", "act_police", "sch_netem", "sch_prio", "sch_codel", "sch_fq_codel", "sch_htb", "sch_tbf", "sch_ingress"];

    [Fact]
    public void Neuvectors_six_rules_are_installed_and_listed_as_tc_does()
    {
        VirtualMachine.Require(Modules);
        string rules = Golden("neuvector.txt");
        string[] devices = ["vexbe87-eth0", "vinbe87-eth0", "vbr-neuv", "vth-neuv"];

        TcScene.InstalledTheSameWay(rules, devices);

        using TcScene scene = new(devices);
        scene.Load(rules);
        TcScene.Equal("""
            filter protocol ip pref 10001 u32 chain 0 
            filter protocol ip pref 10001 u32 chain 0 fh 800: ht divisor 1 
            filter protocol ip pref 10001 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 terminal flowid not_in_hw 
              match 00000242/0000ffff at -16
              match ac110002/ffffffff at -12
            	action order 1:  pedit action pipe keys 2
             	 index 1 ref 1 bind 1
            	 key #0  at -16: val 00004e65 mask ffff0000
            	 key #1  at -12: val 75560027 mask 00000000

            	action order 2: mirred (Egress Mirror to device vbr-neuv) pipe
            	index 1 ref 1 bind 1

            filter protocol all pref 10002 u32 chain 0 
            filter protocol all pref 10002 u32 chain 0 fh 801: ht divisor 1 
            filter protocol all pref 10002 u32 chain 0 fh 801::800 order 2048 key ht 801 bkt 0 terminal flowid not_in_hw 
              match 00000000/00000000 at 0
            	action order 1: mirred (Egress Mirror to device vinbe87-eth0) pipe
            	index 2 ref 1 bind 1


            """, scene.Tc("filter show dev vexbe87-eth0 parent ffff:").Output, "the first two rules");
    }

    private static readonly string[] Qdiscs =
    [
        "pfifo limit 33",
        "pfifo", "bfifo", "pfifo_fast", "pfifo_head_drop limit 7",
        "prio", "prio bands 5 priomap 0 1 2 3 4 4 4", "prio bands 16 priomap 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
        "codel limit 77 target 4ms interval 90ms noecn ce_threshold 2ms", "codel",
        "fq_codel", "fq_codel limit 1000 flows 65536 target 50us interval 1s quantum 300 ecn ce_threshold 1ms memory_limit 5mb drop_batch 7",
        "fq_codel noecn memory_limit 5000 limit 0x10 ce_threshold_selector 1/0x2 ce_threshold 5us",
        "tbf rate 256kbit burst 5k latency 50ms mpu 64",
        "netem delay 10ms",
        "netem delay 100ms 10ms 25% loss 1% 30% duplicate 2% corrupt 0.1%",
        "netem delay 1s reorder 25% 50% gap 5 ecn loss 3% limit 77",
        "netem rate 1mbit 20 100 5",
        "netem loss gemodel 1% 10% 70% 0.1% duplicate 5%",
        "netem delay 1.5us loss 0.1%", "netem delay 0.5us", "netem delay 999us 3us", "netem delay 12345us 12us limit 5k",
        "netem loss state 1% 2% 3%", "netem loss state 1%", "netem loss gemodel 1% ecn", "netem slot 800us 1ms packets 5 bytes 64k", "netem slot 5ms",
        "htb default 0x12 r2q 100 direct_qlen 50",
    ];

    /// <summary>A device for each, all in one scene: what costs time inside are the programs that are started.</summary>
    private static string QdiscText => string.Concat(Qdiscs.Index().Select(qdisc => $"tc qdisc add dev d{qdisc.Index} root handle 1: {qdisc.Item}\n"));

    [Fact]
    public void Every_qdisc_is_installed_and_listed_as_tc_does()
    {
        VirtualMachine.Require(Modules);
        TcScene.InstalledTheSameWay(QdiscText, [.. Qdiscs.Index().Select(qdisc => $"d{qdisc.Index}")]);
    }

    [Fact]
    public void Random_rules_with_every_action_are_installed_and_listed_as_tc_does()
    {
        VirtualMachine.Require(Modules);
        for (int seed = 1; seed <= 2; seed++)
        {
            TcRandom random = new(new SeededGenerator(seed));
            TcScene.InstalledTheSameWay("tc qdisc add dev d0 clsact\n" + random.U32Rules(25, random.Actions()), ["d0", "d1", "d2"], $"u32, seed {seed}");
            TcScene.InstalledTheSameWay("tc qdisc add dev d0 clsact\n" + random.FlowerRules(25, random.Actions()), ["d0", "d1", "d2"], $"flower, seed {seed}");
        }
    }

    /// <summary>A prio with its children, filters of fw and basic, and police in every form.</summary>
    private const string Policing = """
        tc qdisc add dev d0 root handle 1: prio bands 4
        tc qdisc add dev d0 parent 1:2 handle 12: fq_codel limit 500
        tc qdisc add dev d0 parent 1:3 handle 13: tbf rate 1mbit burst 1600 limit 3000
        tc qdisc add dev d1 clsact
        tc filter add dev d0 parent 1: protocol ip prio 5 handle 6 fw classid 1:2
        tc filter add dev d0 parent 1: protocol ip prio 6 handle 0x6/0xff fw classid 1:3 indev d1 action police rate 1mbit burst 10k pipe action drop
        tc filter add dev d0 parent 1: protocol ip prio 6 handle 0x7/0xff fw action drop
        tc filter add dev d0 parent 1: protocol arp prio 7 basic classid 1:1
        tc filter add dev d1 ingress protocol all prio 8 basic action police rate 1mbit burst 1600 conform-exceed drop/pipe action pass
        tc filter add dev d1 ingress protocol ip prio 9 u32 match u8 0 0 action police rate 1mbit burst 10k drop
        tc filter add dev d1 ingress protocol ip prio 10 u32 match u8 0 0 action police rate 1234567bit burst 1514 mtu 5k peakrate 2mbit overhead 5 linklayer atm index 5 conform-exceed continue
        tc filter add dev d1 ingress protocol ip prio 11 matchall action police rate 40gbit burst 10k mpu 64 pipe
        tc filter add dev d1 ingress protocol ip prio 12 flower action police pkts_rate 1000 pkts_burst 50 conform-exceed drop / continue
        tc filter add dev d1 egress protocol ip prio 13 matchall action police mtu 1500 conform-exceed goto chain 7 / pass
        tc filter add dev d1 egress protocol ip prio 14 matchall action police index 77 goto chain 3

        """;

    [Fact]
    public void Police_fw_and_basic_are_installed_and_listed_as_tc_does()
    {
        VirtualMachine.Require(Modules);
        TcScene.InstalledTheSameWay(Policing, ["d0", "d1"]);
    }

    private const string Counted = """
        tc qdisc add dev d0 root handle 1: prio bands 4
        tc qdisc add dev d0 parent 1:3 handle 13: tbf rate 1mbit burst 1600 limit 3000
        tc qdisc add dev d1 clsact
        tc filter add dev d0 parent 1: protocol ip prio 6 handle 0x6/0xff fw classid 1:3 action police rate 1mbit burst 10k pipe action drop
        tc filter add dev d1 ingress protocol ip prio 9 flower action skbedit mark 5 pipe action csum ip pipe action mirred egress mirror dev d0
        tc filter add dev d1 ingress protocol ip prio 10 flower action pedit ex munge ip ttl set 7 pipe action pass random determ drop 5

        """;

    /// <summary>Time goes on between the two listings.</summary>
    [Fact]
    public void What_was_counted_is_listed_as_tc_s_lists_it()
    {
        VirtualMachine.Require(Modules);
        using TcScene scene = new("d0", "d1");
        scene.Batch(Counted).Check();

        TcScene.Equal(Seconds().Replace(scene.ShowByTool(counters: true), " N sec"), Seconds().Replace(scene.Show(counters: true), " N sec"), "tc -s");
    }

    private const string CountedByThemselves = """
        tc qdisc add dev d0 root handle 1: fq_codel limit 10
        tc qdisc add dev d1 root handle 1: codel ecn
        tc qdisc add dev d0 clsact
        tc qdisc add dev d1 clsact
        tc filter add dev d0 egress protocol ip pref 1 matchall action pass index 1
        tc filter add dev d1 egress protocol ip pref 2 flower ip_proto udp action pass index 2
        tc filter add dev d2 parent 1: protocol ip pref 3 u32 match mark 5 0xff match ip dst 10.2.0.0/16 match ip protocol 17 0xff classid 1:1
        tc filter add dev d2 parent 1: protocol ip pref 3 u32 match ip dst 10.2.0.0/16 match ip protocol 6 0xff classid 1:1

        """;

    /// <summary>Nothing else sends: no IPv6, and the neighbours are known.</summary>
    [Fact]
    public void What_a_kind_and_a_rule_count_by_themselves_is_listed_as_tc_s_lists_it()
    {
        VirtualMachine.Require(Modules);
        using TcScene scene = new("d0", "d1", "d2");
        Sysctl.Write(scene.Namespace, "net/ipv6/conf/all/disable_ipv6", "1");
        foreach (var i in (int[])[0, 1, 2])
        {
            scene.Ip($"address add 10.{i}.0.1/16 dev d{i}");
            scene.Ip($"link set d{i} up");
            scene.Ip($"neighbour replace 10.{i}.0.2 lladdr 02:00:00:00:00:02 dev d{i} nud permanent");
        }

        scene.Batch("tc qdisc add dev d2 root handle 1: prio\n" + CountedByThemselves).Check();
        scene.Namespace.Run(() =>
        {
            using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            foreach (var i in (int[])[0, 0, 1, 2, 2, 2])
                sender.SendTo(new byte[100 + i], new IPEndPoint(new IPAddress([10, (byte)i, 0, 2]), 9));
        });

        var theirs = scene.ShowByTool(counters: true);
        TcScene.Equal(Seconds().Replace(theirs, " N sec"), Seconds().Replace(scene.Show(counters: true), " N sec"), "tc -s");
        Assert.Contains("new_flow_count ", theirs, StringComparison.Ordinal);
        Assert.Contains("  count 0 lastcount 0 ldelay ", theirs, StringComparison.Ordinal);
        Assert.Contains("(rule hit 2)", theirs, StringComparison.Ordinal);
        Assert.Contains("(rule hit 3 success 0)", theirs, StringComparison.Ordinal);
        Assert.Contains(" (success 3 ) ", theirs, StringComparison.Ordinal);
        scene.Tc("filter del dev d2 parent 1:").Check();
        TcJsonOracle.Equal(scene, counters: true);
    }

    [Fact]
    public void A_prio_that_was_deleted_stands_again_when_a_later_line_is_refused()
    {
        VirtualMachine.Require(Modules);
        using TcScene scene = new("d0", "d1");
        scene.Batch(Policing).Check();
        string before = scene.ShowByTool();

        Assert.Throws<RefusedLineException>(() => scene.Load("tc qdisc del dev d0 root\ntc filter del dev d1 ingress\ntc class add dev d1 parent 2: classid 2:1 htb rate 1mbit\n"));

        TcScene.Equal(TcScene.WithoutNumbers(before), TcScene.WithoutNumbers(scene.ShowByTool()), "taken back");
    }

    [Fact]
    public void Json_says_what_the_json_of_tc_says()
    {
        VirtualMachine.Require(Modules);
        TcRandom random = new(new SeededGenerator(7));
        using TcScene scene = new([.. Qdiscs.Index().Select(qdisc => $"d{qdisc.Index}")]);
        scene.Batch(QdiscText + "tc qdisc add dev d0 clsact\ntc qdisc add dev d1 clsact\n" + random.FlowerRules(30, random.Actions())
            // tc has no JSON of fw.
            + string.Concat(Policing.Split('\n').Where(line => line.Contains("dev d1 ingress", StringComparison.Ordinal) || line.Contains("dev d1 egress", StringComparison.Ordinal)).Select(line => line + "\n"))).Check();

        TcJsonOracle.Equal(scene);
    }

    [Fact]
    public void Matchall_and_a_chain_are_installed_and_listed_as_tc_does()
    {
        VirtualMachine.Require(Modules);
        TcScene.InstalledTheSameWay("""
            tc qdisc add dev d0 clsact
            tc filter add dev d0 ingress pref 2 protocol ip matchall classid 1:5 skip_hw action skbedit mark 0x5 pipe action pass
            tc filter add dev d0 ingress pref 9 protocol arp matchall action goto chain 5
            tc filter add dev d0 ingress pref 10 protocol all chain 5 matchall action mirred egress redirect dev d1
            tc filter add dev d0 ingress pref 11 protocol ip u32 match mark 5 0xff match u8 0 0 indev d1 action ok index 77

            """, ["d0", "d1"]);
    }

    [GeneratedRegex(" [0-9]+ sec", RegexOptions.CultureInvariant)]
    private static partial Regex Seconds();

    private static string Golden(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "tc", name));
}
