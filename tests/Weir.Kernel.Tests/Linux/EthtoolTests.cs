using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Linux;

public class EthtoolTests
{
    [Fact]
    public void The_peer_of_a_veth_is_known_across_namespaces()
    {
        RootTier.Require("ip");
        using var first = new TestNamespace();
        using var second = new TestNamespace();
        first.Ip($"link add v0 index 70 type veth peer name v1 index 90 netns {second.Name}");
        using var a = NetworkNamespace.OpenNamed(first.Name);
        using var b = NetworkNamespace.OpenNamed(second.Name);

        Assert.Equal((90, 70), (Ethtool.PeerIndex(a, "v0"), Ethtool.PeerIndex(b, "v1")));
        Assert.Equal("veth", Ethtool.Driver(a, "v0"));
        Assert.Throws<LinuxException>(() => Ethtool.PeerIndex(a, "lo"));
        Assert.Equal((int)Errno.ENODEV, Assert.Throws<LinuxException>(() => Ethtool.PeerIndex(a, "nope")).Errno);
        Assert.Equal((int)Errno.ENODEV, Assert.Throws<LinuxException>(() => Ethtool.PeerIndex(a, "a-name-that-is-too-long")).Errno);
    }

    [Fact]
    public void Features_are_switched_and_ethtool_agrees()
    {
        RootTier.Require("ip", "ethtool");
        using var made = new TestNamespace();
        made.Ip("link add v0 type veth peer name v1");
        using var ns = NetworkNamespace.OpenNamed(made.Name);

        Assert.True(Ethtool.Features(ns, "v0")["tx-checksum-ip-generic"]);
        Ethtool.SetFeatures(ns, "v0", new Dictionary<string, bool> { ["tx-checksum-ip-generic"] = false, ["rx-gro"] = false });

        var shown = made.Run("ethtool", "-k", "v0").Output;
        Assert.Contains("tx-checksum-ip-generic: off", shown, StringComparison.Ordinal);
        Assert.Contains("generic-receive-offload: off", shown, StringComparison.Ordinal);
        made.Run("ethtool", "-K", "v0", "tx-checksum-ip-generic", "on");
        Assert.True(Ethtool.Features(ns, "v0")["tx-checksum-ip-generic"]);
        Assert.Throws<LinuxException>(() => Ethtool.SetFeatures(ns, "v0", new Dictionary<string, bool> { ["no-such-feature"] = true }));
    }
}
