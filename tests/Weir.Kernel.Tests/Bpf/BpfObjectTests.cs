using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Linux.Bpf.Objects;
using Weir.Testing;

namespace Weir.Kernel.Tests.Bpf;

/// <summary>The object that clang made of <c>tests/golden/bpf/counter.c</c>, in the kernel.</summary>
public class BpfObjectTests
{
    private static readonly byte[] Frame = new byte[64];

    private static BpfObjectFile File => BpfObjectFile.Parse(Convert.FromHexString(GoldenFile.Read("bpf/counter.hex").ReplaceLineEndings("")));

    [Fact]
    public void Programs_count_into_their_maps_and_into_global_variables()
    {
        RootTier.Require();
        using BpfObject loaded = BpfObject.Load(File);
        for (int i = 0; i < 3; i++)
            Assert.Equal(TcxAction.TCX_NEXT, loaded.Programs["count_frames"].TestRun(Frame).Result);

        byte[] count = new byte[16];
        Assert.True(loaded.Maps["flows"].Lookup([1, 0, 0, 10, 80, 0, 6, 0], count));
        Assert.Equal((3, 3 * 64), (BitConverter.ToInt64(count), BitConverter.ToInt64(count, 8)));
        using MappedBpfArray variables = loaded.Maps[".bss"].Map();
        Assert.Equal(3UL, variables.At<ulong>(File.Variables["seen"].Offset));
    }

    [Fact]
    public void A_constant_that_was_set_before_decides_and_can_not_be_changed_after()
    {
        RootTier.Require();
        using BpfObject loaded = BpfObject.Load(File.With("longest", BitConverter.GetBytes(60)));
        Assert.Equal(TcxAction.TCX_DROP, loaded.Programs["count_frames"].TestRun(Frame).Result);
        Assert.Equal((int)Errno.EPERM, Assert.Throws<LinuxException>(() => loaded.Maps[".rodata"].Update([0, 0, 0, 0], [1, 0, 0, 0])).Errno);
    }

    [Fact]
    public void A_map_that_is_there_already_is_used_in_place_of_the_objects()
    {
        RootTier.Require();
        using BpfMap prefixes = BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_LPM_TRIE, "prefixes", 8, 4, 16) { Flags = BpfMapFlags.BPF_F_NO_PREALLOC });
        using BpfObject loaded = BpfObject.Load(File, new Dictionary<string, BpfMap> { ["prefixes"] = prefixes });
        Assert.Equal(XdpAction.XDP_PASS, loaded.Programs["pass_prefix"].TestRun(Frame).Result);
        prefixes.Update(BpfMap.PrefixKey(8, [10, 0, 0, 0]), [XdpAction.XDP_DROP, 0, 0, 0]);
        Assert.Equal(XdpAction.XDP_DROP, loaded.Programs["pass_prefix"].TestRun(Frame).Result);
        Assert.Equal([prefixes.Id()], loaded.Programs["pass_prefix"].Info().MapIds);
    }

    [Fact]
    public void A_program_that_the_verifier_refuses_leaves_nothing_behind()
    {
        RootTier.Require();
        BpfObjectFile file = File;
        BpfObjectProgram broken = file.Programs[1] with { Name = "runs_off", Code = file.Programs[1].Code[..^8] };
        int before = BpfProgram.ListIds().Count;
        LinuxException refusal = Assert.Throws<LinuxException>(() => BpfObject.Load(file with { Programs = [file.Programs[0], broken] }));
        Assert.Contains("runs_off", refusal.Message, StringComparison.Ordinal);
        Eventually.True(TimeSpan.FromSeconds(10), () => BpfProgram.ListIds().Count <= before, "the loaded program is gone");
    }

    [Fact]
    public void A_loaded_program_is_attached_like_any_other()
    {
        RootTier.Require("ip");
        using var made = new TestNamespace();
        made.Ip("link add v0 index 91 type veth peer name v1");
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(made.Name);
        using BpfObject loaded = BpfObject.Load(File);
        using BpfLink link = BpfLink.AttachXdp(ns, 91, loaded.Programs["pass_prefix"], XdpMode.XDP_FLAGS_SKB_MODE);
        Assert.Contains("xdpgeneric", made.Ip("link show v0").Output, StringComparison.Ordinal);
    }
}
