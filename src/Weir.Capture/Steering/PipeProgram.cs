using System.Buffers.Binary;
using Weir.Linux.Bpf;
using Weir.Packets;
using static Weir.Linux.Bpf.BpfCondition;
using static Weir.Linux.Bpf.BpfHelper;
using static Weir.Linux.Bpf.BpfRegister;
using static Weir.Linux.Bpf.BpfSize;

namespace Weir.Capture.Steering;

/// <summary>The programs on the pipe's two ends.</summary>
internal static class PipeProgram
{
    /// <summary>
    /// The ingress of <c>vbr-weir</c>, where frames come back from the enforcer: a destination marker becomes the workload's address and the frame goes
    /// out of <c>vin</c>; a source marker likewise, and out of <c>vex</c>; anything else is dropped and counted.
    /// </summary>
    public static BpfCode AssembleReturn(BpfMap pipePorts, BpfMap control)
    {
        byte[] prefix = PortMarker.Of(0);
        BpfAssembler a = new();
        BpfLabel unknown = a.NewLabel(), from = a.NewLabel();

        a.Move(R6, R1);
        SessionLookup.LoadEthernet(a, unknown);

        a.Load(U32, R1, R10, SessionLookup.DestinationAddressAt);
        a.JumpIf32(NotEqual, R1, BinaryPrimitives.ReadUInt32LittleEndian(prefix), from);
        Lookup(a, pipePorts, SessionLookup.DestinationAddressAt + 4, from);
        StoreAddress(a, 0);
        RedirectTo(a, PipePortValue.InsideOffset);

        a.Mark(from);
        a.Load(U16, R1, R10, SessionLookup.SourceAddressAt);
        a.JumpIf32(NotEqual, R1, BinaryPrimitives.ReadUInt16LittleEndian(prefix), unknown);
        a.Load(U16, R1, R10, SessionLookup.SourceAddressAt + 2);
        a.JumpIf32(NotEqual, R1, BinaryPrimitives.ReadUInt16LittleEndian(prefix.AsSpan(2)), unknown);
        Lookup(a, pipePorts, SessionLookup.SourceAddressAt + 4, unknown);
        StoreAddress(a, 6);
        RedirectTo(a, PipePortValue.OutsideOffset);

        a.Mark(unknown);
        a.LoadMapValue(R1, control, ControlLayout.UnknownMarkerOffset);
        a.Move(R2, 1);
        a.AtomicAdd(R1, 0, R2);
        PortProgram.Drop(a);
        return a.Build();
    }

    /// <summary>The ingress of <c>vth-weir</c>: the packet loop's ring has its copy before tc runs, and nothing may climb the stack.</summary>
    public static BpfCode AssembleEnd()
    {
        BpfAssembler a = new();
        PortProgram.Drop(a);
        return a.Build();
    }

    /// <summary>Finds the port by the two bytes on the stack; R7 = its entry.</summary>
    private static void Lookup(BpfAssembler a, BpfMap pipePorts, int keyAt, BpfLabel missing)
    {
        a.LoadMap(R1, pipePorts);
        a.Move(R2, R10);
        a.Add(R2, keyAt);
        a.Call(BPF_FUNC_map_lookup_elem);
        a.JumpIf(Equal, R0, 0, missing);
        a.Move(R7, R0);
    }

    private static void StoreAddress(BpfAssembler a, int offset)
    {
        a.Move(R1, R6);
        a.Move(R2, offset);
        a.Move(R3, R7);
        a.Move(R4, 6);
        a.Move(R5, 0);
        a.Call(BPF_FUNC_skb_store_bytes);
    }

    private static void RedirectTo(BpfAssembler a, short indexOffset)
    {
        a.Load(U32, R1, R7, indexOffset);
        a.Move(R2, 0);
        a.Call(BPF_FUNC_redirect);
        a.Exit();
    }
}
