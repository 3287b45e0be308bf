using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Actions;
using Weir.Netlink.TrafficControl.Classifiers;
using Weir.Testing;

namespace Weir.Kernel.Tests.Netlink;

public class TrafficControlTests
{
    private const uint Ingress = 0xfffffff2;
    private const uint Egress = 0xfffffff3;

    [Fact]
    public void Clsact_and_ingress_exclude_each_other_and_go_with_their_filters()
    {
        RootTier.Require("ip", "tc");
        using var host = WithLinks();

        host.Socket.Qdiscs.AddClsact(100);
        host.Socket.Qdiscs.AddIngress(200);

        Assert.Contains("qdisc clsact ffff: dev v0 parent ffff:fff1", host.Run("tc", "qdisc show").Output, StringComparison.Ordinal);
        Assert.Contains("qdisc ingress ffff: dev v1 parent ffff:fff1", host.Run("tc", "qdisc show").Output, StringComparison.Ordinal);
        Assert.Equal("Exclusivity flag on, cannot modify", Assert.Throws<NetlinkException>(() => host.Socket.Qdiscs.AddIngress(100)).ExtendedAck);
        Assert.Equal(["noqueue", "clsact"], host.Socket.Qdiscs.List(100).Select(qdisc => qdisc.Kind));
        foreach (var qdisc in host.Socket.Qdiscs.List().Where(qdisc => qdisc.Handle == 0xffff0000))
            host.Socket.Qdiscs.Delete(qdisc);
        Assert.DoesNotContain("ffff:fff1", host.Run("tc", "qdisc show").Output, StringComparison.Ordinal);
    }

    /// <summary>NeuVector's words to compare, and its mirror.</summary>
    [Fact]
    public void U32_with_mirred_prints_as_the_one_that_tc_made()
    {
        RootTier.Require("ip", "tc");
        using var ours = WithLinks();
        using var theirs = WithLinks();
        ours.Socket.Qdiscs.AddIngress(100);
        foreach (var host in new[] { ours, theirs })
        {
            // Down: a mirror between the two ends of a pair would send its frames round for ever.
            host.Ip("link set v0 down");
            host.Ip("link set v1 down");
        }

        theirs.Run("tc", "qdisc add dev v0 ingress");

        ours.Socket.Filters.Add(U32(100, 0xffff0000, 10001, 0x0800, [new U32Match(0x242, 0xffff, -16), new U32Match(0xac110002, 0xffffffff, -12)], new MirredAction(MirredTarget.EgressMirror, 200)));
        ours.Socket.Filters.Add(U32(100, 0xffff0000, 10002, 3, [], new MirredAction(MirredTarget.EgressRedirect, 200)));
        theirs.Run("tc", "filter add dev v0 pref 10001 parent ffff: protocol ip u32 match u8 0 1 at -14 match u16 0x0242 0xffff at -14 match u32 0xac110002 0xffffffff at -12 action mirred egress mirror dev v1");
        theirs.Run("tc", "filter add dev v0 pref 10002 parent ffff: protocol all u32 match u8 0 0 action mirred egress redirect dev v1");

        Assert.Equal(theirs.Run("tc", "filter show dev v0 parent ffff:").Output, ours.Run("tc", "filter show dev v0 parent ffff:").Output);
        foreach (var (a, b) in ours.Socket.Filters.List(100, 0xffff0000).Zip(theirs.Socket.Filters.List(100, 0xffff0000)))
        {
            Assert.Equal((b.Kind, b.Preference, b.Protocol, b.Handle), (a.Kind, a.Preference, a.Protocol, a.Handle));
            Assert.Equal((b.Classifier as U32Classifier)?.Matches, (a.Classifier as U32Classifier)?.Matches);
            Assert.Equal(b.Actions.Select(action => action.AsRequested()), a.Actions.Select(action => action.AsRequested()));
        }

        ours.Socket.Filters.Delete(100, 0xffff0000, 10001, 0x0800);
        Assert.DoesNotContain("10001", ours.Run("tc", "filter show dev v0 parent ffff:").Output, StringComparison.Ordinal);
        ours.Socket.Filters.Delete(100, 0xffff0000, preference: 0);
        Assert.Empty(ours.Socket.Filters.List(100, 0xffff0000));
    }

    [Fact]
    public void A_bpf_filter_is_replaced_in_place()
    {
        RootTier.Require("ip", "tc");
        using var host = WithLinks();
        using var first = Load("first", 0);
        using var second = Load("second", 2);
        host.Socket.Qdiscs.AddClsact(100);

        host.Socket.Filters.SetBpf(100, Ingress, 1, first.Descriptor, "weir_vex");
        host.Socket.Filters.SetBpf(100, Egress, 1, first.Descriptor, "weir_out");
        var before = Assert.Single(host.Socket.Filters.List(100), filter => filter.Handle != 0);
        host.Socket.Filters.SetBpf(100, Ingress, 1, second.Descriptor, "weir_vex");
        var after = Assert.Single(host.Socket.Filters.List(100), filter => filter.Handle != 0);

        var (one, two) = (Assert.IsType<BpfClassifier>(before.Classifier), Assert.IsType<BpfClassifier>(after.Classifier));
        Assert.Equal(("weir_vex", true, 1u, first.Id()), (one.Name, one.DirectAction, before.Handle, one.ProgramId));
        Assert.Equal((1u, second.Id(), second.Tag()), (after.Handle, two.ProgramId, Convert.ToHexStringLower(two.Tag)));
        Assert.Contains($"handle 0x1 weir_vex direct-action not_in_hw id {second.Id()} ", host.Run("tc", "filter show dev v0 ingress").Output, StringComparison.Ordinal);
        Assert.Contains("weir_out", host.Run("tc", "filter show dev v0 egress").Output, StringComparison.Ordinal);
        host.Socket.Filters.Delete(100, Ingress, 1);
        Assert.Empty(host.Socket.Filters.List(100));
    }

    [Fact]
    public void What_is_not_there_is_an_error_for_delete_and_nothing_for_list()
    {
        RootTier.Require("ip");
        using var host = WithLinks();

        Assert.Empty(host.Socket.Filters.List(4711));
        Assert.Empty(host.Socket.Filters.List(100));
        Assert.Throws<NetlinkException>(() => host.Socket.Filters.Delete(100, Ingress, 5));
        Assert.Equal((int)Errno.ENODEV, Assert.Throws<NetlinkException>(() => host.Socket.Qdiscs.AddClsact(4711)).Errno);
    }

    private static BpfProgram Load(string name, int verdict) =>
        BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, name, new BpfAssembler().Move(BpfRegister.R0, verdict).Exit().Build());

    private static RouteOracle WithLinks()
    {
        var host = new RouteOracle();
        host.Ip("link add name v0 index 100 type veth peer name v1 index 200");
        host.Ip("link set v0 up");
        host.Ip("link set v1 up");
        return host;
    }

    private static Filter U32(int link, uint parent, ushort preference, ushort protocol, IReadOnlyList<U32Match> matches, FilterAction action) => new()
    {
        LinkIndex = link,
        Parent = parent,
        Preference = preference,
        Protocol = protocol,
        Classifier = new U32Classifier { Matches = matches },
        Actions = [action],
    };
}
