using Weir.Kernel.Tests.Tc;
using Weir.Testing;

namespace Weir.Vm.Tests.Tc;

/// <summary>Traffic control under Debian's stock kernel, which has every classifier, action and qdisc; tc is the oracle.</summary>
public class TcTests
{
    private static readonly string[] Modules = ["ifb", "act_pedit", "act_gact", "act_skbedit", "act_csum", "act_mirred", "cls_u32", "cls_flower", "cls_matchall", "sch_netem", "sch_htb", "sch_tbf", "sch_ingress"];

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

    /// <summary>A device for each, all in one scene: what costs time inside are the programs that are started.</summary>
    [Fact]
    public void Every_qdisc_is_installed_and_listed_as_tc_does()
    {
        VirtualMachine.Require(Modules);
        string[] qdiscs =
        [
            "pfifo limit 33",
            "tbf rate 256kbit burst 5k latency 50ms mpu 64",
            "netem delay 10ms",
            "netem delay 100ms 10ms 25% loss 1% 30% duplicate 2% corrupt 0.1%",
            "netem delay 1s reorder 25% 50% gap 5 ecn loss 3% limit 77",
            "netem rate 1mbit 20 100 5",
            "netem loss gemodel 1% 10% 70% 0.1% duplicate 5%",
            "netem delay 1.5us loss 0.1%",
            "htb default 0x12 r2q 100 direct_qlen 50",
        ];
        TcScene.InstalledTheSameWay(
            string.Concat(qdiscs.Index().Select(qdisc => $"tc qdisc add dev d{qdisc.Index} root handle 1: {qdisc.Item}\n")),
            [.. qdiscs.Index().Select(qdisc => $"d{qdisc.Index}")]);
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

    private static string Golden(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "tc", name));
}
