using Weir.Capture;
using Weir.Capture.Steering;
using Weir.Capture.Tap;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Testing;
using static Weir.Linux.Bpf.BpfRegister;

namespace Weir.Kernel.Tests.Bpf;

public class BpfProgramTests
{
    [Fact]
    public void The_tag_is_what_bpftool_shows()
    {
        RootTier.Require("bpftool");
        using BpfProgram program = BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_test", PipeProgram.AssembleEnd());
        string shown = Tool.Run("bpftool", "prog", "show", "id", program.Id().ToString()).Output;
        Assert.Contains($"tag {program.Tag()}", shown, StringComparison.Ordinal);
        Assert.Contains("name weir_test", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SteeringDirection.TowardWorkload)]
    [InlineData(SteeringDirection.FromWorkload)]
    public void The_verifier_takes_a_ports_program(SteeringDirection direction)
    {
        RootTier.Require();
        using SettledMap settled = SettledMap.Create(16);
        using BpfMap port = SteeringMaps.Port();
        // An address with the top bits set: immediates must not be sign-extended.
        BpfCode code = PortProgram.Assemble(new PortSteering(0xfffe, direction, [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff], 7, 9), settled.Map, settled.Control, port);
        using BpfProgram program = BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_port", code);
        Assert.InRange(code.Count, 50, 250);
    }

    [Fact]
    public void The_verifier_takes_the_pipes_programs_and_the_taps_filter()
    {
        RootTier.Require();
        using SettledMap settled = SettledMap.Create(16);
        using BpfMap ports = SteeringMaps.PipePorts();
        using BpfProgram back = BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_vbr", PipeProgram.AssembleReturn(ports, settled.Control));
        using BpfProgram tap = TapFilter.Load(settled, 3);
        Assert.NotEqual(back.Descriptor, tap.Descriptor);
    }

    [Fact]
    public void A_refused_program_is_told_in_the_verifiers_words_with_their_meaning()
    {
        RootTier.Require();
        BpfAssembler noResult = new();
        noResult.Exit();
        LinuxException refusal = Assert.Throws<LinuxException>(() => BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_test", noResult.Build()));
        Assert.Contains("R0 !read_ok", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("a register is read that nothing was written to", refusal.Message, StringComparison.Ordinal);

        BpfAssembler noBounds = new();
        noBounds.Load(BpfSize.U32, R2, R1, SkBuff.Data).Load(BpfSize.U8, R0, R2, 0).Exit();
        refusal = Assert.Throws<LinuxException>(() => BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_test", noBounds.Build()));
        Assert.Contains("compare with data_end", refusal.Message, StringComparison.Ordinal);
    }
}
