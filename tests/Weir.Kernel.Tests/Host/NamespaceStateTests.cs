using Weir.Host;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Host;

public class NamespaceStateTests
{
    [Fact]
    public void A_namespace_that_is_left_alone_reads_the_same_twice()
    {
        RootTier.Require("ip", "tc", "nft");
        using TestHost host = new(1);
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(host[0].Namespace.Name);
        Ready(host[0]);
        NamespaceState before = NamespaceState.Read(ns);
        NamespaceState after = NamespaceState.Read(ns);

        Assert.Empty(NamespaceState.Compare(before, after));
        Assert.Contains(before.Sections["links"], line => line.StartsWith("2: eth0@if", StringComparison.Ordinal));
        Assert.Contains(before.Sections["addresses"], line => line.StartsWith("eth0 inet 10.77.0.1/24", StringComparison.Ordinal));
        Assert.Contains(before.Sections["routes"], line => line.StartsWith("inet6 default via fd77::fe dev eth0", StringComparison.Ordinal));
        Assert.Contains("net/ipv6/conf/eth0/accept_dad = 0", before.Sections["sysctls"]);
        Assert.Equal(6, before.Sections["rules"].Count(line => line.Contains("lookup", StringComparison.Ordinal)) + 1);
    }

    [Theory]
    [InlineData("links", "ip link set eth0 txqueuelen 77")]
    [InlineData("links", "ip link set eth0 alias uplink")]
    [InlineData("links", "ethtool -K eth0 tx off")]
    [InlineData("addresses", "ip address add 10.9.9.9/32 dev eth0 label eth0:x")]
    [InlineData("addresses", "ip -6 address add fd99::9/64 dev eth0 noprefixroute nodad")]
    [InlineData("routes", "ip route add 10.66.0.0/16 via 10.77.0.254 table 101 metric 7")]
    [InlineData("routes", "ip -6 route add unreachable fd66::/64")]
    [InlineData("rules", "ip rule add fwmark 0x200/0x200 table 101 priority 100")]
    [InlineData("neighbors", "ip neighbour add 10.77.0.99 lladdr 02:00:00:00:00:99 dev eth0 nud permanent")]
    [InlineData("netfilter", "nft add table inet weir_test")]
    [InlineData("tc", "tc qdisc add dev eth0 clsact")]
    [InlineData("sysctls", "sysctl -qw net.ipv4.conf.eth0.rp_filter=2")]
    public void What_a_tool_changes_is_seen_in_its_section(string section, string command)
    {
        RootTier.Require("ip", "tc", "nft", "ethtool", "sysctl");
        using TestHost host = new(1);
        TestWorkload workload = host[0];
        Ready(workload);
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(workload.Namespace.Name);
        NamespaceState before = NamespaceState.Read(ns);
        string[] words = command.Split(' ');
        workload.Namespace.Run(words[0], words[1..]);
        NamespaceState after = NamespaceState.Read(ns);

        IReadOnlyList<string> differences = NamespaceState.Compare(before, after);
        Assert.Contains(differences, line => line.StartsWith($"+ {section}: ", StringComparison.Ordinal));
        Assert.NotEmpty(NamespaceState.Compare(after, before));
    }

    [Fact]
    public void Rules_chains_and_set_elements_are_read_but_not_their_counters()
    {
        RootTier.Require("ip", "nft", "ping");
        using TestHost host = new(1);
        TestWorkload workload = host[0];
        Ready(workload);
        workload.Namespace.Run("nft", "add table inet t; add chain inet t c { type filter hook output priority 5; policy accept; }; add set inet t s { type ipv4_addr; elements = { 10.0.0.1 } }; add rule inet t c ip daddr @s counter drop; add rule inet t c counter accept");
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(workload.Namespace.Name);
        NamespaceState before = NamespaceState.Read(ns);
        workload.Namespace.Run("ping", "-c", "1", "-W", "2", "10.77.0.254");

        Assert.DoesNotContain(NamespaceState.Compare(before, NamespaceState.Read(ns)), line => line.Contains("netfilter", StringComparison.Ordinal));
        Assert.Contains("chain inet t c type filter hook 3 device '' priority 5 policy accept", before.Sections["netfilter"]);
        Assert.Equal(2, before.Sections["netfilter"].Count(line => line.StartsWith("rule inet t c", StringComparison.Ordinal)));
        Assert.Contains(before.Sections["netfilter"], line => line.StartsWith("element inet t s", StringComparison.Ordinal));
    }

    [Fact]
    public void Filters_are_read_without_the_counters_of_their_actions()
    {
        RootTier.Require("ip", "tc", "ping");
        using TestHost host = new(1);
        TestWorkload workload = host[0];
        Ready(workload);
        workload.Namespace.Run("tc", "qdisc", "add", "dev", "eth0", "clsact");
        workload.Namespace.Run("tc", "filter", "add", "dev", "eth0", "egress", "pref", "7", "protocol", "ip", "u32", "match", "u32", "0", "0", "action", "mirred", "egress", "mirror", "dev", "lo");
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(workload.Namespace.Name);
        NamespaceState before = NamespaceState.Read(ns);
        workload.Namespace.Run("ping", "-c", "1", "-W", "2", "10.77.0.254");

        Assert.Empty(NamespaceState.Compare(before, NamespaceState.Read(ns)));
        Assert.Contains(before.Sections["tc"], line => line.StartsWith("filter dev eth0 egress protocol 0x0800 pref 7 u32", StringComparison.Ordinal) && line.Contains("action mirred", StringComparison.Ordinal));
    }

    /// <summary>Waits until the kernel has done what it does by itself after a link came up.</summary>
    private static void Ready(TestWorkload workload) =>
        Eventually.True(TimeSpan.FromSeconds(5), () => workload.Namespace.Ip("-6 address show tentative").Output.Length == 0
            && workload.Namespace.Ip("link show eth0").Output.Contains("state UP", StringComparison.Ordinal)
            && workload.Namespace.Ip("-6 route show table local").Output.Contains("fe80", StringComparison.Ordinal), "eth0 ready");
}
