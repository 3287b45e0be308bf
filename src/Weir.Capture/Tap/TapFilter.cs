using Weir.Capture.Steering;
using Weir.Linux.Bpf;
using static Weir.Linux.Bpf.BpfHelper;
using static Weir.Linux.Bpf.BpfRegister;

namespace Weir.Capture.Tap;

/// <summary>The socket filter before a tap's ring: frames of settled sessions are counted in the kernel and not copied to user space.</summary>
public static class TapFilter
{
    /// <summary>Loads the filter for one port; give its descriptor to the ring. SYN, FIN and RST always come up.</summary>
    public static BpfProgram Load(SettledMap settled, ushort portId)
    {
        BpfAssembler a = new();
        BpfLabel keep = a.NewLabel();
        a.Move(R6, R1);
        SessionLookup.LoadEthernet(a, keep);
        SessionLookup.Write(a, settled.Map, settled.Control, portId, keep);
        a.Call(BPF_FUNC_ktime_get_coarse_ns);
        a.Move(R9, R0);
        SessionLookup.Count(a);
        a.Move(R0, 0);
        a.Exit();
        a.Mark(keep);
        a.Move(R0, -1);
        a.Exit();
        return BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SOCKET_FILTER, "weir_tap", a.Build());
    }
}
