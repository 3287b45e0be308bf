using Weir.Rules.Iptables;
using Weir.Testing;

namespace Weir.Kernel.Tests.Iptables;

/// <summary>Rules that nft put into tables of iptables' names.</summary>
public class ForeignRulesTests
{
    private const IptablesFamily IPv4 = IptablesFamily.IPv4;

    [Fact]
    public void Rules_of_nft_that_iptables_has_words_for_are_shown_as_the_tool_shows_them()
    {
        RootTier.Require("iptables-save", "nft");
        using var host = new IptablesHost();
        host.Nft(
            """
            table ip filter {
              chain INPUT {
                type filter hook input priority 0; policy accept;
                tcp dport 80-90 accept
                tcp sport 1024-65535 counter accept
                udp sport < 1000 drop
                iif lo
                iifname "eth*" oifname != "veth0" drop
                ip daddr 10.0.0.1 ip saddr 10.0.0.0/9 accept
                ip ttl 5 accept
                ip ttl <= 9 drop
                meta pkttype multicast drop
                tcp dport != { 80 } accept
                meta nftrace set 1
                meta mark and 0xff == 0x10 counter drop
                icmp type echo-request icmp code 3 drop
                tcp flags & (fin | syn | rst) == syn drop
                limit rate 10/minute burst 20 packets accept
                log prefix "seen" group 7
                ip frag-off & 0x1fff != 0 drop
                counter packets 5 bytes 500 accept comment "an nft comment"
              }
              chain MINE { return; }
            }
            """);

        Assert.Equal(host.Save(IPv4), host.Show(IPv4));
    }

    [Theory]
    [InlineData("tcp dport { 80, 81 } accept")]
    [InlineData("ip saddr { 10.0.0.1, 10.0.0.2 } accept")]
    [InlineData("tcp dport vmap { 80 : accept }")]
    [InlineData("udp length 8 accept")]
    [InlineData("ct state new accept")]
    [InlineData("meta mark set 1")]
    [InlineData("ip saddr >= 10.0.0.1 accept")]
    [InlineData("meta l4proto tcp meta l4proto udp accept")]
    public void A_table_with_a_rule_that_iptables_has_no_words_for_is_incompatible_and_nothing_of_it_is_shown(string rule)
    {
        RootTier.Require("nft");
        using var host = new IptablesHost();
        host.Nft($"table ip mangle {{ chain PREROUTING {{ type filter hook prerouting priority -150; policy accept; ip saddr 10.0.0.9 drop; {rule}\n }}\n }}\n");
        host.Nft("table ip filter { chain INPUT { type filter hook input priority 0; policy drop; tcp dport 22 accept\n }\n }\n");

        Assert.Equal(
            "# Table `mangle' is incompatible, use 'nft' tool.\n*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n",
            host.Show(IPv4));
    }

    [Fact]
    public void A_base_chain_that_is_not_one_of_iptables_is_told_and_left_out()
    {
        RootTier.Require("iptables-save", "nft");
        using var host = new IptablesHost();
        host.Nft("table ip raw { chain PREROUTING { type filter hook prerouting priority -300; accept\n }\n chain early { type filter hook prerouting priority -400; ct state new accept\n }\n }\n");

        Assert.Equal(host.Save(IPv4), host.Show(IPv4));
    }
}
