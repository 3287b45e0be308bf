using System.Globalization;
using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;
using Weir.Testing;

namespace Weir.Kernel.Tests.Nftables;

public class NftRulesetTests
{
    private const string Native = """
        table ip nat4 {
          chain d { dup to 10.0.0.9 device "lo"; }
          map ports { type inet_service : ipv4_addr . inet_service; elements = { 80 : 10.0.0.2 . 8080 }; }
          chain pre {
            type nat hook prerouting priority dstnat; policy accept;
            tcp dport 15 dnat to 10.0.0.2:8080
            tcp dport 16 redirect to :15001
            tcp dport 17 redirect
            dnat ip to tcp dport map @ports
          }
          chain post {
            type nat hook postrouting priority srcnat; policy accept;
            ip saddr 10.0.0.0/8 masquerade fully-random,persistent
            ip saddr 11.0.0.0/8 snat to 10.0.0.1-10.0.0.9
            tcp dport 5 masquerade to :1000-2000
          }
        }
        table inet f {
          comment "a table"
          counter c1 { packets 5 bytes 6 }
          counter c2 { }
          quota q1 { over 100 mbytes used 10 bytes }
          limit l1 { rate over 10/minute burst 3 packets }
          ct helper ftp1 { type "ftp" protocol tcp; l3proto ip; }
          ct expectation e1 { protocol tcp; dport 9876; timeout 2m; size 12; l3proto ip; }
          ct timeout t1 { protocol tcp; l3proto ip; policy = { established : 120 }; }
          set s { type ipv4_addr; flags interval; elements = { 0.0.0.0/8, 10.0.0.0/8, 11.0.0.0-11.0.0.3, 11.0.0.4, 192.168.1.5, 255.255.255.0/24 }; }
          set pairs { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/24 . 80-90, 10.0.1.7 . 443 }; }
          set timed { type ipv4_addr; size 100; flags timeout; timeout 1d; elements = { 10.9.9.9 timeout 5d comment "slow" }; }
          set busy { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 1m; }
          set counted { type ipv4_addr; counter; elements = { 10.1.1.1 counter packets 3 bytes 4 }; }
          map verdicts { type inet_service : verdict; elements = { 80 : accept, 443 : jump other, 1 : drop }; }
          map marks { type ipv4_addr : mark; flags interval; elements = { 10.0.0.0/8 : 0x220, * : 0x1 }; }
          map counters { type ipv4_addr : counter; elements = { 10.0.0.1 : "c1", 10.0.0.2 : "c2" }; }
          chain other { counter packets 3 bytes 4; return; }
          chain in {
            type filter hook input priority -150; policy drop;
            ip saddr @s counter accept comment "hello"
            ip saddr . tcp dport @pairs counter
            tcp dport vmap @verdicts
            tcp dport { 1, 2, 3 } jump other
            tcp dport != { 53, 15008 } meta skuid 1337 goto other
            iifname "v*" iif "lo" meta mark 0x220
            iifname { "eth0", "eth1" } drop
            meta mark & 0xfff == 0x111 ct mark set ct mark & 0xfffff000 | 0x111
            meta mark set ip saddr map @marks
            counter name ip saddr map @counters
            add @busy { ip saddr timeout 10s counter limit rate 5/second }
            update @busy { ip saddr }
            ct state established,related accept
            ct original ip saddr 10.0.0.1 ct direction reply
            ct helper set "ftp1"
            ct timeout set "t1"
            counter name "c1" quota name "q1" limit name "l1"
            tcp flags & (syn|ack) == syn tcp option maxseg size set 1400
            tcp option maxseg size 1-1400 tcp option sack-permitted exists
            ip6 nexthdr ipv6-icmp frag more-fragments 1 exthdr hbh exists
            ip ttl 5-8 ip dscp cs1 ip protocol != tcp
            ip saddr 10.0.0.0/12 udp dport 1000-2000
            fib daddr type local fib saddr . iif oif missing
            socket transparent 1 socket mark 5
            limit rate 10/second burst 7 packets limit rate over 1 mbytes/hour
            quota over 1 mbytes
            ct count over 20 reject with tcp reset
            meta l4proto udp reject with icmpx admin-prohibited
            meta nfproto ipv4 reject with icmp host-prohibited
            log prefix "weir: " level info flags skuid
            log prefix "n" group 5 snaplen 128 queue-threshold 3
            meta mark set numgen inc mod 4 offset 10
            meta mark set jhash ip saddr . tcp sport mod 16 seed 0xdeadbeef
            meta mark set symhash mod 4
            meta mark set (meta mark << 2) ip saddr 1.2.3.4 ip daddr set 10.0.0.1
            meta priority set 1:2 meta nftrace set 1
            ct state new ct zone 5 accept
            jump { ip saddr 10.0.0.7 counter accept; drop; }
          }
          chain out {
            type route hook output priority mangle; policy accept;
            tcp flags syn rt mtu 1000-1400 rt ip nexthop 10.0.0.1
          }
          chain raw { type filter hook prerouting priority raw; notrack; ct zone set 7; ct original zone set 8; ct label set 3 ; }
          chain tp { type filter hook prerouting priority mangle; meta l4proto tcp tproxy ip to 127.0.0.1:15001; meta l4proto tcp tproxy to :15002; }
        }
        table netdev nd {
          chain ing { type filter hook ingress device lo priority 0; policy accept; dup to "lo"; fwd to "lo"; ether saddr 02:00:00:00:00:01 vlan id 5; }
        }
        table bridge br {
          chain f {
            type filter hook forward priority filter; policy accept; ether type ip ip saddr 10.0.0.1 drop;
          }
        }
        table arp a {
          chain i {
            type filter hook input priority filter; policy accept; arp operation request counter;
          }
        }

        """;

    private const string Xtables = """
        *mangle
        :PREROUTING ACCEPT [3:4]
        :WEIR - [0:0]
        -A PREROUTING -i eth+ -p tcp -m comment --comment "in" -m mark --mark 0x220/0x220 -j MARK --set-xmark 0x200/0x200
        -A PREROUTING -p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x400/0xfff
        -A PREROUTING ! -p udp -m connmark --mark 0x1 -j WEIR
        -A WEIR -m conntrack --ctstate RELATED,ESTABLISHED -j CONNMARK --save-mark --nfmask 0x220 --ctmask 0x220
        -A WEIR -m addrtype ! --dst-type LOCAL -m multiport -p tcp --dports 80,443,1000:2000 -j RETURN
        COMMIT
        *nat
        :OUTPUT ACCEPT [0:0]
        -A OUTPUT -p tcp -m owner ! --uid-owner 1337 -j REDIRECT --to-ports 15001
        -A OUTPUT -p tcp -d 10.0.0.1/32 -j DNAT --to-destination 10.0.0.2:80
        COMMIT

        """;

    [Fact]
    public void What_nft_made_is_read_without_an_unknown_expression_and_built_again_it_is_the_same_to_nft()
    {
        RootTier.Require("ip", "nft");
        using var made = new NftOracle();
        using var copy = new NftOracle();
        made.Load(Native, "nft", "-f", "-");

        var ruleset = made.Socket.Read();
        using var batch = new NftBatch();
        batch.Add(ruleset);
        copy.Socket.Commit(batch, copy.Socket.Generation());

        Assert.Empty(ruleset.Rules.SelectMany(rule => rule.Expressions).OfType<UnknownExpression>());
        Assert.Equal(made.Everything(), copy.Everything());
        Assert.Equal("hello", ruleset.Rules.Select(rule => NftUserData.ReadComment(rule.UserData)).Single(comment => comment is not null));
        Assert.Equal("a table", NftUserData.ReadComment(ruleset.Tables.Single(table => table.Name == "f").UserData));
    }

    [Fact]
    public void What_iptables_made_is_read_and_built_again_it_is_the_same_to_iptables()
    {
        RootTier.Require("ip", "iptables-restore", "iptables-save");
        using var made = new NftOracle();
        using var copy = new NftOracle();
        made.Load(Xtables, "iptables-restore");

        using var batch = new NftBatch();
        batch.Add(made.Socket.Read());
        copy.Socket.Commit(batch);

        Assert.Equal(Saved(made), Saved(copy));
        Assert.Contains("-j TPROXY", Saved(copy), StringComparison.Ordinal);

        static string Saved(NftOracle oracle) =>
            string.Join('\n', oracle.Made.Run("iptables-save").Output.Split('\n').Where(line => !line.StartsWith('#')));
    }

    [Fact]
    public void What_Weir_made_is_what_nft_says_it_is()
    {
        RootTier.Require("ip", "nft");
        using var host = new NftOracle();
        var table = new NftTable { Family = NftFamily.Inet, Name = "t" };
        var set = new NftSet { Family = NftFamily.Inet, Table = "t", Name = "__set%d", Flags = NftSetFlags.NFT_SET_ANONYMOUS | NftSetFlags.NFT_SET_CONSTANT, KeyType = 13, KeyLength = 2, Id = 77, UserData = [0, 4, 2, 0, 0, 0] };
        NftRule rule = new()
        {
            Family = NftFamily.Inet,
            Table = "t",
            Chain = "c",
            Expressions =
            [
                new MetaExpression(MetaKey.NFT_META_L4PROTO),
                new CmpExpression(CmpOperation.NFT_CMP_EQ, [6]),
                new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2),
                new LookupExpression("__set%d") { SetId = 77, Flags = LookupFlags.NFT_LOOKUP_F_INV },
                new CounterExpression(),
                ImmediateExpression.Verdict(NftVerdict.Accept),
            ],
            UserData = NftUserData.Comment("from Weir"),
        };
        using var batch = new NftBatch { Echo = true };
        batch.Add(table);
        batch.Add(new NftChain { Family = NftFamily.Inet, Table = "t", Name = "c", Hook = new NftHook(1, -5), Type = "filter", Policy = NftPolicy.Drop });
        var setEntry = batch.Add(set);
        batch.AddElements(set, [new NftElement { Key = NftValue.NetworkUInt16(53) }, new NftElement { Key = NftValue.NetworkUInt16(15008) }]);
        var second = batch.Add(rule);
        var first = batch.Insert(rule with { Expressions = [ImmediateExpression.Verdict(NftVerdict.Return)], UserData = NftUserData.Comment("first") });
        var commit = host.Socket.Commit(batch, host.Socket.Generation());

        Assert.Equal("""
            table inet t {
            	chain c {
            		type filter hook input priority filter - 5; policy drop;
            		return comment "first"
            		tcp dport != { 53, 15008 } counter packets 0 bytes 0 accept comment "from Weir"
            	}
            }

            """, host.Nft("list ruleset"));
        Assert.Equal("__set0", commit.Name(setEntry));
        Assert.Equal(host.Socket.Generation(), commit.Generation);
        var rules = host.Socket.ListRules();
        Assert.Equal([commit.Handle(first), commit.Handle(second)], rules.Select(read => read.Handle));
        Assert.Equal(rules[0].Handle, rules[1].Previous);

        using var edit = new NftBatch();
        edit.Replace(rules[0] with { Expressions = [ImmediateExpression.Verdict(NftVerdict.Drop)], UserData = NftUserData.Comment("replaced") });
        edit.Insert(rule with { Expressions = [], UserData = NftUserData.Comment("between") }, place: NftRulePlace.OfHandle(rules[1].Handle));
        edit.Add(rule with { Expressions = [], UserData = NftUserData.Comment("behind the replaced"), Id = 5 }, place: NftRulePlace.OfHandle(commit.Handle(second)));
        edit.Insert(rule with { Expressions = [], UserData = NftUserData.Comment("before that") }, place: NftRulePlace.OfId(5));
        host.Socket.Commit(edit);
        Assert.Equal(["replaced", "between", "from Weir", "before that", "behind the replaced"], Comments(host));

        edit.Clear();
        edit.Delete(host.Socket.ListRules()[1]);
        host.Socket.Commit(edit);
        Assert.Equal(["replaced", "from Weir", "before that", "behind the replaced"], Comments(host));
        edit.Clear();
        edit.Flush(new NftChain { Family = NftFamily.Inet, Table = "t", Name = "c" });
        edit.Destroy(new NftTable { Family = NftFamily.Ip, Name = "not there" });
        host.Socket.Commit(edit);
        Assert.Empty(host.Socket.ListRules());
        edit.Clear();
        edit.FlushRuleset();
        host.Socket.Commit(edit);
        Assert.Empty(host.Nft("list ruleset"));
    }

    [Fact]
    public void Elements_are_added_deleted_and_flushed_as_nft_does()
    {
        RootTier.Require("ip", "nft");
        using var host = new NftOracle();
        host.Load("table ip t { set s { type ipv4_addr; flags timeout; }\n set i { type ipv4_addr . inet_service; flags interval; }\n map m { type inet_service : verdict; }\n chain c { }\n }", "nft", "-f", "-");
        var sets = host.Socket.ListSets(NftFamily.Ip, "t").ToDictionary(set => set.Name);
        using var batch = new NftBatch();
        batch.AddElements(sets["s"], [Element("0a000001") with { Timeout = TimeSpan.FromDays(5), UserData = NftUserData.Comment("slow") }, Element("0a000002"), Element("0a000003")]);
        batch.AddElements(sets["i"], [Element("0a00000000500000") with { KeyEnd = [0x0a, 0, 0, 0xff, 0, 0x5a, 0, 0] }]);
        batch.AddElements(sets["m"], [Element("0050") with { Data = NftVerdict.Jump("c") }, Element("0051") with { Data = NftVerdict.Drop }]);
        batch.DeleteElements(sets["s"], [Element("0a000002")]);
        batch.DestroyElements(sets["s"], [Element("0a000009")]);
        host.Socket.Commit(batch);

        var text = host.Nft("-s list ruleset");
        Assert.Contains("10.0.0.1 timeout 5d comment \"slow\"", text, StringComparison.Ordinal);
        Assert.Contains("10.0.0.3", text, StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.2", text, StringComparison.Ordinal);
        Assert.Contains("elements = { 10.0.0.0/24 . 80-90 }", text, StringComparison.Ordinal);
        Assert.Contains("elements = { 80 : jump c, 81 : drop }", text, StringComparison.Ordinal);

        var existing = Assert.Throws<NftBatchException>(() =>
        {
            using var again = new NftBatch();
            again.AddElements(sets["s"], [Element("0a0000aa"), Element("0a0000ab"), Element("0a000003")], "line 7", NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);
            host.Socket.Commit(again);
        });
        Assert.Equal(((int)Errno.EEXIST, 2, "line 7"), (existing.Errno, existing.First.Element, existing.First.Tag));
        Assert.DoesNotContain("10.0.0.170", host.Nft("list ruleset"), StringComparison.Ordinal);

        batch.Clear();
        batch.Flush(sets["s"]);
        host.Socket.Commit(batch);
        Assert.Empty(host.Socket.ListElements(sets["s"]));
    }

    [Fact]
    public void A_table_with_an_owner_is_closed_to_others_and_goes_with_its_socket()
    {
        RootTier.Require("ip", "nft");
        using var host = new NftOracle();
        using (var owner = NftSocket.Open(host.Namespace))
        {
            using var batch = new NftBatch();
            batch.Add(new NftTable { Family = NftFamily.Inet, Name = "mine", Flags = NftTableFlags.NFT_TABLE_F_OWNER });
            owner.Commit(batch);
            Assert.Equal(owner.PortId, Assert.Single(host.Socket.ListTables()).Owner);

            using var attack = new NftBatch();
            attack.Delete(new NftTable { Family = NftFamily.Inet, Name = "mine" });
            var refused = Assert.Throws<NftBatchException>(() => host.Socket.Commit(attack));
            Assert.Equal((NftBatchFailure.Refused, (int)Errno.EPERM, "delete table inet mine"), (refused.Failure, refused.Errno, refused.First.Operation));
            host.Nft("flush ruleset");
            Assert.Single(host.Socket.ListTables());
        }

        Eventually.True(TimeSpan.FromSeconds(10), () => host.Socket.ListTables().Count == 0, "the table of a closed socket to go");
    }

    private static NftElement Element(string key) => new() { Key = Convert.FromHexString(key) };

    private static IEnumerable<string?> Comments(NftOracle host) => host.Socket.ListRules().Select(rule => NftUserData.ReadComment(rule.UserData));
}
