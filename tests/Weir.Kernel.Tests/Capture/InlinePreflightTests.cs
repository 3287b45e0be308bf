using Weir.Capture;
using Weir.Host;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Capture;

public class InlinePreflightTests
{
    [Theory]
    [InlineData("ip link set eth0 address 56:45:49:52:00:09", "begins like Weir's markers")]
    [InlineData("tc qdisc add dev eth0 clsact", "queueing discipline clsact")]
    [InlineData("tc qdisc add dev eth0 root handle 5: htb", "queueing discipline htb 5:")]
    [InlineData("nft add table netdev t; add chain netdev t c { type filter hook ingress device eth0 priority 0; }", "a netdev chain hangs on eth0")]
    [InlineData("ip link add link eth0 name upper type macvlan", "upper (macvlan) stands on eth0")]
    public void What_the_move_would_lose_is_refused_in_words(string command, string finding)
    {
        RootTier.Require("ip", "tc", "nft");
        using CaptureBench bench = new(1);
        TestWorkload db = bench.Host[0];
        string[] words = command.StartsWith("nft", StringComparison.Ordinal) ? ["nft", command[4..]] : command.Split(' ');
        db.Namespace.Run(words[0], words[1..]);
        IReadOnlyList<NamespaceState> before = bench.ReadAll();

        CaptureException refusal = Assert.Throws<CaptureException>(() => bench.Capture(db));
        Assert.Contains(refusal.Findings, line => line.Contains(finding, StringComparison.Ordinal));
        bench.ExpectAsBefore(before);
    }

    [Fact]
    public void All_findings_come_at_once()
    {
        RootTier.Require("ip", "tc");
        using CaptureBench bench = new(1);
        TestWorkload db = bench.Host[0];
        db.Namespace.Ip("link set eth0 address 56:45:49:52:00:09");
        db.Namespace.Run("tc", "qdisc", "add", "dev", "eth0", "clsact");
        Tool.Run("ip", "netns", "add", bench.WeirName);

        CaptureException refusal = Assert.Throws<CaptureException>(() => bench.Capture(db));
        Assert.Equal(3, refusal.Findings.Count);
        Assert.Contains(refusal.Findings, line => line.Contains("has not made", StringComparison.Ordinal));
        Assert.True(NetworkNamespace.NamedExists(bench.WeirName));
    }

    [Fact]
    public void A_macvlan_port_a_missing_namespace_and_an_empty_one_are_refused()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new(1);
        using TestNamespace empty = new();
        using TestNamespace mac = new();
        bench.Host.Network.Ip($"link add link {TestHost.Bridge} name mv0 netns {mac.Name} type macvlan");

        Assert.Contains("no Ethernet port", Refusal(bench, new CaptureTarget("e", empty.NamespacePath)), StringComparison.Ordinal);
        Assert.Contains("mv0 is a macvlan", Refusal(bench, new CaptureTarget("m", mac.NamespacePath)), StringComparison.Ordinal);
        Assert.Contains("can't be opened", Refusal(bench, new CaptureTarget("x", "/run/netns/weir-test-none")), StringComparison.Ordinal);
        Assert.Contains("host's own namespace", Refusal(bench, new CaptureTarget("h", "/proc/self/ns/net")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_workload_is_captured_once()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new(1);
        CaptureTarget target = CaptureBench.Target(bench.Host[0]);
        bench.Capture(bench.Host[0]);
        Assert.Contains("captured already", Refusal(bench, target), StringComparison.Ordinal);
        Assert.Contains($"captured already, as {bench.Host[0].Name}", Refusal(bench, target with { Workload = "other" }), StringComparison.Ordinal);
        bench.Captures.Release(bench.Host[0].Name);
        Assert.Throws<CaptureException>(() => bench.Captures.Release(bench.Host[0].Name));
    }

    [Fact]
    public void Verify_names_what_was_changed_behind_its_back()
    {
        RootTier.Require("ip", "tc");
        using CaptureBench bench = new(1);
        TestWorkload db = bench.Host[0];
        bench.Capture(db);
        Assert.Empty(bench.Captures.Verify());
        Tool.Run("tc", "-n", bench.WeirName, "filter", "delete", "dev", "vex1-eth0", "ingress");
        db.Namespace.Ip("route delete default");
        IReadOnlyList<Drift> drifts = bench.Captures.Verify();
        Assert.Equal(["program of vex1-eth0", "route inet default via 10.77.0.254 dev if2 table main proto boot scope global"], drifts.Select(drift => drift.What));
        bench.Captures.Release(db.Name);
    }

    private static string Refusal(CaptureBench bench, CaptureTarget target) =>
        string.Join('\n', Assert.Throws<CaptureException>(() => bench.Captures.Plan(target, CaptureMode.Inline)).Findings);
}
