using System.Globalization;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Ethtool;
using Weir.Netlink.Protocol;
using Weir.Testing;

namespace Weir.Kernel.Tests.Netlink;

/// <summary>Generic netlink's ethtool against the program: what one sets the other shows.</summary>
public class EthtoolSocketTests
{
    [Fact]
    public void Features_are_those_that_ethtool_lists()
    {
        RootTier.Require("ip", "ethtool");
        using var made = new TestNamespace();
        made.Ip("link add v0 type veth peer name v1");
        made.Run("ethtool", "-K", "v0", "tx", "off");
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        using var socket = EthtoolSocket.Open(ns);

        // The lines of ethtool -k: "tx-checksumming: off", "\ttx-checksum-ipv4: off [fixed]"; generic names of the first level stand for several features.
        Dictionary<string, LinkFeature> features = socket.Features.List("v0").ToDictionary(feature => feature.Name);
        Dictionary<string, string> shown = made.Run("ethtool", "-k", "v0").Output.Split('\n').Skip(1).Where(line => line.Contains(": ", StringComparison.Ordinal))
            .Select(line => line.Trim().Split(": ")).ToDictionary(parts => parts[0], parts => parts[1]);
        List<string> common = [.. features.Keys.Where(shown.ContainsKey)];
        Assert.True(common.Count > 35, $"only {common.Count} names are the same");
        Assert.Equal(common.Select(name => $"{name} {shown[name]}"), common.Select(name => $"{name} {TextOf(features[name])}"));
        Assert.False(features["tx-tcp-segmentation"].IsActive);
        Assert.True(features["tx-tcp-segmentation"].IsWanted);
    }

    [Fact]
    public void Features_are_switched_and_ethtool_agrees_and_one_that_is_fixed_is_refused()
    {
        RootTier.Require("ip", "ethtool");
        using var made = new TestNamespace();
        made.Ip("link add v0 type veth peer name v1");
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        using var socket = EthtoolSocket.Open(ns);

        socket.Features.Set("v0", new Dictionary<string, bool> { ["tx-checksum-ip-generic"] = false, ["rx-gro"] = false });
        string shown = made.Run("ethtool", "-k", "v0").Output;
        Assert.Contains("tx-checksum-ip-generic: off", shown, StringComparison.Ordinal);
        Assert.Contains("generic-receive-offload: off", shown, StringComparison.Ordinal);
        socket.Features.Set("v0", new Dictionary<string, bool> { ["tx-checksum-ip-generic"] = true });
        Assert.Contains("tx-checksum-ip-generic: on", made.Run("ethtool", "-k", "v0").Output, StringComparison.Ordinal);

        NetlinkException refusal = Assert.Throws<NetlinkException>(() => socket.Features.Set("v0", new Dictionary<string, bool> { ["tx-lockless"] = false, ["rx-all"] = true }));
        Assert.Equal((int)Errno.EOPNOTSUPP, refusal.Errno);
        Assert.Contains("rx-all", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("no-such-feature", Assert.Throws<NetlinkException>(() => socket.Features.Set("v0", new Dictionary<string, bool> { ["no-such-feature"] = true })).Message, StringComparison.Ordinal);
        Assert.Equal((int)Errno.ENODEV, Assert.Throws<NetlinkException>(() => socket.Features.List("nope")).Errno);
    }

    [Fact]
    public void Channels_are_set_and_read_as_ethtool_does()
    {
        RootTier.Require("ip", "ethtool");
        using var made = new TestNamespace();
        made.Ip("link add v0 numtxqueues 4 numrxqueues 4 type veth peer name v1 numtxqueues 4 numrxqueues 4");
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        using var socket = EthtoolSocket.Open(ns);

        socket.Channels.Set("v0", new ChannelCounts { Receive = 2, Transmit = 3 });
        string shown = made.Run("ethtool", "-l", "v0").Output;
        Assert.Equal(["4", "4", "2", "3"], Numbers(shown, "RX:", "TX:"));
        made.Run("ethtool", "-L", "v0", "rx", "4", "tx", "1");
        LinkChannels read = socket.Channels.Get("v0");
        Assert.Equal((4u, 4u, 1u, 4u), (read.Receive, read.MaximumReceive, read.Transmit, read.MaximumTransmit));
        Assert.Equal((int)Errno.EINVAL, Assert.Throws<NetlinkException>(() => socket.Channels.Set("v0", new ChannelCounts { Receive = 5 })).Errno);
    }

    [Fact]
    public void A_link_without_rings_says_so_as_ethtool_does()
    {
        RootTier.Require("ip", "ethtool");
        using var made = new TestNamespace();
        made.Ip("link add v0 type veth peer name v1");
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        using var socket = EthtoolSocket.Open(ns);
        Assert.Contains("not supported", made.Try("ethtool", "-g", "v0").Error, StringComparison.Ordinal);
        Assert.Equal((int)Errno.EOPNOTSUPP, Assert.Throws<NetlinkException>(() => socket.Rings.Get("v0")).Errno);
        Assert.Equal((int)Errno.EOPNOTSUPP, Assert.Throws<NetlinkException>(() => socket.Rings.Set("v0", new RingLengths { Receive = 64 })).Errno);
    }

    [Fact]
    public void Statistics_are_those_that_ethtool_prints_in_its_order()
    {
        RootTier.Require("ip", "ethtool");
        using var made = new TestNamespace();
        made.Ip("link add v0 type veth peer name v1");
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        var shown = made.Run("ethtool", "-S", "v0").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Trim());
        Assert.Equal(shown, Weir.Linux.Ethtool.Statistics(ns, "v0").Select(counter => string.Create(CultureInfo.InvariantCulture, $"{counter.Key}: {counter.Value}")));
        Assert.Empty(Weir.Linux.Ethtool.Statistics(ns, "lo"));
    }

    private static string TextOf(LinkFeature feature) =>
        (feature.IsActive ? "on" : "off") + (feature.IsFixed ? " [fixed]" : feature.IsActive == feature.IsWanted ? "" : feature.IsWanted ? " [requested on]" : " [requested off]");

    private static IEnumerable<string> Numbers(string text, params string[] names) => text.Split('\n')
        .Where(line => names.Any(name => line.StartsWith(name, StringComparison.Ordinal)))
        .Select(line => line.Split(':')[1].Trim());
}
