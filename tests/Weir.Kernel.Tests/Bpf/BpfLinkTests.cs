using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Testing;
using static Weir.Linux.Bpf.BpfRegister;

namespace Weir.Kernel.Tests.Bpf;

/// <summary>Programs attached by bpf links: tcx and XDP, at the ends of a veth pair between two namespaces.</summary>
public sealed class BpfLinkTests : IDisposable
{
    private const int Index = 77;

    private readonly TestNamespace? _near;
    private readonly TestNamespace? _far;

    public BpfLinkTests()
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        _near = new TestNamespace();
        _far = new TestNamespace();
        Near.Ip($"link add v0 index {Index} type veth peer name v0 netns {Far.Name}");
        foreach ((TestNamespace ns, int host) in new[] { (Near, 1), (Far, 2) })
        {
            ns.Ip($"link set v0 address 02:00:00:00:00:0{host} up");
            ns.Ip($"address add 10.77.0.{host}/24 dev v0");
            // Known for good: a resolution that a program stopped would be tried again only after a second.
            ns.Ip($"neighbor add 10.77.0.{3 - host} lladdr 02:00:00:00:00:0{3 - host} dev v0");
        }
    }

    private TestNamespace Near => _near!;

    private TestNamespace Far => _far!;

    [Theory]
    [InlineData(BpfAttachType.BPF_TCX_INGRESS)]
    [InlineData(BpfAttachType.BPF_TCX_EGRESS)]
    public void A_tcx_link_drops_until_it_is_updated_and_closing_it_takes_the_program_away(BpfAttachType hook)
    {
        RequireTcx();
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(Near.Name);
        using BpfProgram drop = Returning(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_drop", TcxAction.TCX_DROP);
        using BpfProgram next = Returning(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_next", TcxAction.TCX_NEXT);
        Assert.True(IsReachable());

        using (BpfLink link = BpfLink.AttachTcx(ns, Index, hook, drop))
        {
            Assert.False(IsReachable());
            BpfLinkInfo info = link.Info();
            Assert.Equal((BpfLinkType.BPF_LINK_TYPE_TCX, drop.Id(), Index), (info.Type, info.ProgramId, info.LinkIndex));
            Assert.Contains(info.Id, BpfLink.ListIds());
            using BpfLink byId = BpfLink.OpenById(info.Id);
            Assert.Equal(info, byId.Info());

            link.Update(next);
            Assert.True(IsReachable());
            Assert.Equal(next.Id(), link.Info().ProgramId);
        }

        Assert.Empty(BpfLink.List(ns, Index, hook).Programs);
    }

    [Fact]
    public void The_programs_of_a_hook_are_listed_in_the_order_they_run()
    {
        RequireTcx();
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(Near.Name);
        using BpfProgram first = Returning(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_first", TcxAction.TCX_NEXT);
        using BpfProgram last = Returning(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_last", TcxAction.TCX_NEXT);
        using BpfLink lastLink = BpfLink.AttachTcx(ns, Index, BpfAttachType.BPF_TCX_INGRESS, last);
        ulong before = BpfLink.List(ns, Index, BpfAttachType.BPF_TCX_INGRESS).Revision;
        using BpfLink firstLink = BpfLink.AttachTcx(ns, Index, BpfAttachType.BPF_TCX_INGRESS, first, TcxOrder.First);

        BpfAttachments found = BpfLink.List(ns, Index, BpfAttachType.BPF_TCX_INGRESS);
        Assert.Equal([new BpfAttachment(first.Id(), firstLink.Info().Id), new BpfAttachment(last.Id(), lastLink.Info().Id)], found.Programs);
        Assert.True(found.Revision > before);
        Assert.Empty(BpfLink.List(ns, Index, BpfAttachType.BPF_TCX_EGRESS).Programs);
    }

    [Fact]
    public void A_pinned_link_stays_without_a_descriptor_and_detaching_ends_it_at_once()
    {
        RequireTcx();
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(Near.Name);
        using var folder = new BpfFolder();
        using (BpfProgram drop = Returning(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_drop", TcxAction.TCX_DROP))
        using (BpfLink link = BpfLink.AttachTcx(ns, Index, BpfAttachType.BPF_TCX_EGRESS, drop))
            link.Pin(folder.PathOf("link"));
        Assert.False(IsReachable());

        using BpfLink again = BpfLink.OpenPinned(folder.PathOf("link"));
        again.Detach();
        Assert.True(IsReachable());
    }

    [Fact]
    public void An_xdp_link_is_what_ip_shows_and_a_link_has_one_at_most()
    {
        RootTier.Require("ip", "ping");
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(Near.Name);
        using BpfProgram drop = Returning(BpfProgramType.BPF_PROG_TYPE_XDP, "weir_xdp", XdpAction.XDP_DROP);
        using (BpfLink link = BpfLink.AttachXdp(ns, Index, drop, XdpMode.XDP_FLAGS_SKB_MODE))
        {
            Assert.False(IsReachable());
            Assert.Contains($"prog/xdp id {drop.Id()}", Near.Ip("-d link show v0").Output, StringComparison.Ordinal);
            Assert.Equal((BpfLinkType.BPF_LINK_TYPE_XDP, drop.Id(), Index), (link.Info().Type, link.Info().ProgramId, link.Info().LinkIndex));
            LinuxException busy = Assert.Throws<LinuxException>(() => BpfLink.AttachXdp(ns, Index, drop, XdpMode.XDP_FLAGS_SKB_MODE));
            Assert.Contains("another program stands there", busy.Message, StringComparison.Ordinal);
        }

        Assert.True(IsReachable());
        Assert.DoesNotContain("prog/xdp", Near.Ip("-d link show v0").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_is_not_there_and_a_program_of_another_type_are_refused_in_words()
    {
        RequireTcx();
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(Near.Name);
        using BpfProgram xdp = Returning(BpfProgramType.BPF_PROG_TYPE_XDP, "weir_xdp", XdpAction.XDP_PASS);
        using BpfProgram next = Returning(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_next", TcxAction.TCX_NEXT);
        LinuxException gone = Assert.Throws<LinuxException>(() => BpfLink.AttachTcx(ns, 4711, BpfAttachType.BPF_TCX_INGRESS, next));
        Assert.Contains("there is no link with this index", gone.Message, StringComparison.Ordinal);
        LinuxException wrong = Assert.Throws<LinuxException>(() => BpfLink.AttachTcx(ns, Index, BpfAttachType.BPF_TCX_INGRESS, xdp));
        Assert.Equal(22, wrong.Errno);
        Assert.Contains("weir_xdp", wrong.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _near?.Dispose();
        _far?.Dispose();
    }

    private static BpfProgram Returning(BpfProgramType type, string name, int result)
    {
        BpfAssembler a = new();
        a.Move(R0, result).Exit();
        return BpfProgram.Load(type, name, a.Build());
    }

    private static void RequireTcx()
    {
        RootTier.Require("ip", "ping");
        Version kernel = Environment.OSVersion.Version;
        Assert.SkipUnless(kernel >= new Version(6, 6), $"kernel {kernel} has no tcx, which came with 6.6");
    }

    private bool IsReachable() => Far.Try("ping", "-c", "1", "-W", "0.4", "-i", "0.1", "10.77.0.1").Succeeded;
}
