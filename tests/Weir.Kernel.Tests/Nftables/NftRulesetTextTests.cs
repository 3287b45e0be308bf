using Weir.Netlink.Nftables;
using Weir.Testing;

namespace Weir.Kernel.Tests.Nftables;

public class NftRulesetTextTests
{
    [Fact]
    public void Rules_read_the_same_until_they_are_changed()
    {
        RootTier.Require("ip", "nft", "ping");
        using var host = new NftOracle();
        Assert.Empty(Lines(host));
        host.Load(
            """
            table inet f {
              counter c1 { packets 5 bytes 6 }
              quota q1 { over 100 mbytes used 10 bytes }
              set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.1.5 }; }
              set busy { type ipv4_addr; size 100; flags dynamic,timeout; timeout 1m; }
              map m { type inet_service : verdict; elements = { 80 : accept, 443 : drop }; }
              chain other { counter packets 3 bytes 4; }
              chain in {
                type filter hook input priority -150; policy accept;
                ip saddr @s counter accept comment "hello"
                tcp dport vmap @m
                tcp dport { 1, 2, 3 } jump other
                add @busy { ip saddr } counter
                counter name "c1" quota name "q1" quota over 5 mbytes
              }
            }

            """,
            "nft", "-f", "-");
        var lines = Lines(host);

        Assert.Contains("chain inet f in type filter hook 1 device '' priority -150 policy accept", lines);
        Assert.Equal(5, lines.Count(line => line.StartsWith("rule inet f in [", StringComparison.Ordinal)));
        Assert.Contains("element inet f s key 0a000000", lines);
        Assert.Contains("element inet f m key 0050 data accept", lines);
        Assert.Contains("object inet f c1 type 1 [ counter ]", lines);

        host.Made.Run("ping", "-q", "-c", "2", "-i", "0.2", "127.0.0.1");
        Assert.Equal(lines, Lines(host));

        host.Nft("add element inet f s { 172.16.0.1 }");
        var more = Lines(host);
        Assert.Equal(lines.Count + 2, more.Count);
        host.Nft("insert rule inet f in drop");
        Assert.Equal(more.Count + 1, Lines(host).Count);
    }

    [Fact]
    public void A_look_of_legacy_iptables_leaves_a_table_that_is_named()
    {
        RootTier.Require("ip", "iptables-legacy");
        using var host = new NftOracle();
        Assert.Empty(LegacyXtables.List(host.Namespace));
        Assert.SkipUnless(host.Made.Try("iptables-legacy", "-t", "mangle", "-S").Succeeded, "this kernel has no legacy xtables");
        Assert.Equal([(NftFamily.Ip, "mangle")], LegacyXtables.List(host.Namespace));
    }

    private static IReadOnlyList<string> Lines(NftOracle host) => NftRulesetText.Lines(host.Socket.Read(elementsOf: NftRulesetText.HasStableElements));
}
