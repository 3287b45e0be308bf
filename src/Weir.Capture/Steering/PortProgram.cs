using System.Buffers.Binary;
using Weir.Linux.Bpf;
using Weir.Packets;
using static Weir.Linux.Bpf.BpfCondition;
using static Weir.Linux.Bpf.BpfHelper;
using static Weir.Linux.Bpf.BpfRegister;
using static Weir.Linux.Bpf.BpfSize;

namespace Weir.Capture.Steering;

/// <summary>What a port's program is made for; everything here is compiled into it.</summary>
/// <param name="OtherIndex">Where frames go that need no verdict: <c>vin</c> for vex's program, <c>vex</c> for vin's.</param>
/// <param name="PipeIndex">Where frames go that need one: <c>vbr-weir</c>.</param>
internal sealed record PortSteering(ushort PortId, SteeringDirection Direction, byte[] Address, int OtherIndex, int PipeIndex);

/// <summary>The program on the ingress of <c>vex</c> (toward the workload) or <c>vin</c> (from it).</summary>
/// <remarks>
/// <code>
/// group bit or ARP                        → other port, untouched
/// not IP, tagged, not the workload's own  → other port, counted (IP from a foreign source: dropped when strict)
/// enforcer silent                         → other port (fail-open) or dropped (fail-closed)
/// settled session, no SYN, FIN, RST       → other port, counted in its entry
/// everything else                         → marker in, to the pipe: the enforcer judges
/// </code>
/// Always redirected to the egress of the target: ingress would run the target's own program and loop.
/// </remarks>
internal static class PortProgram
{
    public static BpfCode Assemble(PortSteering steering, BpfMap settled, BpfMap control, BpfMap port)
    {
        BpfAssembler a = new();
        bool toward = steering.Direction == SteeringDirection.TowardWorkload;
        BpfLabel untouched = a.NewLabel(), other = a.NewLabel(), address = a.NewLabel(), foreign = a.NewLabel(),
            dead = a.NewLabel(), up = a.NewLabel(), pass = a.NewLabel();

        a.Move(R6, R1);
        SessionLookup.LoadEthernet(a, other);
        a.Load(U8, R1, R10, SessionLookup.DestinationAddressAt);
        a.JumpIf(BitsSet, R1, 1, untouched);
        a.Load(U32, R1, R6, SkBuff.VlanPresent);
        a.JumpIf(NotEqual, R1, 0, other);
        a.Load(U16, R1, R10, SessionLookup.EtherTypeAt);
        a.JumpIf(Equal, R1, SessionLookup.EtherTypeArp, untouched);
        a.JumpIf(Equal, R1, SessionLookup.EtherTypeIPv4, address);
        a.JumpIf(NotEqual, R1, SessionLookup.EtherTypeIPv6, other);

        a.Mark(address);
        CompareAddress(a, toward, steering.Address, toward ? other : foreign);
        CheckHeartbeat(a, control, dead);
        SessionLookup.Write(a, settled, control, steering.PortId, up);
        SessionLookup.Count(a);
        CountFrame(a, port, steering.Direction, SteeringOutcome.Settled);
        a.Jump(pass);

        a.Mark(up);
        StoreMarker(a, toward, steering.PortId);
        CountFrame(a, port, steering.Direction, SteeringOutcome.Judged);
        Redirect(a, steering.PipeIndex);

        a.Mark(dead);
        BpfLabel closed = a.NewLabel();
        a.LoadMapValue(R1, control, ControlLayout.FailClosedOffset);
        a.Load(U32, R1, R1, 0);
        a.JumpIf(NotEqual, R1, 0, closed);
        CountFrame(a, port, steering.Direction, SteeringOutcome.FailOpen);
        a.Jump(pass);

        a.Mark(closed);
        CountFrame(a, port, steering.Direction, SteeringOutcome.FailClosed);
        Drop(a);

        if (!toward)
        {
            BpfLabel strict = a.NewLabel();
            a.Mark(foreign);
            a.LoadMapValue(R1, port, PortLayout.StrictOffset);
            a.Load(U32, R1, R1, 0);
            a.JumpIf(NotEqual, R1, 0, strict);
            CountFrame(a, port, steering.Direction, SteeringOutcome.ForeignSource);
            a.Jump(pass);

            a.Mark(strict);
            CountFrame(a, port, steering.Direction, SteeringOutcome.ForeignSourceDropped);
            Drop(a);
        }

        a.Mark(untouched);
        CountFrame(a, port, steering.Direction, SteeringOutcome.Untouched);
        a.Jump(pass);

        a.Mark(other);
        CountFrame(a, port, steering.Direction, SteeringOutcome.Other);

        a.Mark(pass);
        Redirect(a, steering.OtherIndex);
        return a.Build();
    }

    /// <summary>Toward: is the destination the workload's own; from: is the source.</summary>
    private static void CompareAddress(BpfAssembler a, bool toward, byte[] address, BpfLabel differs)
    {
        if (toward)
        {
            a.Load(U32, R1, R10, SessionLookup.DestinationAddressAt);
            a.JumpIf32(NotEqual, R1, BinaryPrimitives.ReadUInt32LittleEndian(address), differs);
            a.Load(U16, R1, R10, SessionLookup.DestinationAddressAt + 4);
            a.JumpIf32(NotEqual, R1, BinaryPrimitives.ReadUInt16LittleEndian(address.AsSpan(4)), differs);
        }
        else
        {
            // The source lies at fp-10: its halves are read as 2 and 4 bytes, since the stack wants aligned loads.
            a.Load(U16, R1, R10, SessionLookup.SourceAddressAt);
            a.JumpIf32(NotEqual, R1, BinaryPrimitives.ReadUInt16LittleEndian(address), differs);
            a.Load(U32, R1, R10, SessionLookup.SourceAddressAt + 2);
            a.JumpIf32(NotEqual, R1, BinaryPrimitives.ReadUInt32LittleEndian(address.AsSpan(2)), differs);
        }
    }

    /// <summary>Leaves the time in R9. The coarse clock may lag behind the heartbeat's: hence a signed comparison.</summary>
    private static void CheckHeartbeat(BpfAssembler a, BpfMap control, BpfLabel dead)
    {
        a.Call(BPF_FUNC_ktime_get_coarse_ns);
        a.Move(R9, R0);
        a.LoadMapValue(R1, control, 0);
        a.Load(U64, R2, R1, ControlLayout.HeartbeatOffset);
        a.Subtract(R0, R2);
        a.Load(U64, R2, R1, ControlLayout.TimeoutOffset);
        a.JumpIf(SignedGreater, R0, R2, dead);
    }

    private static void StoreMarker(BpfAssembler a, bool toward, ushort portId)
    {
        byte[] marker = PortMarker.Of(portId);
        a.StoreImmediate(U32, R10, SessionLookup.ScratchAt, BinaryPrimitives.ReadInt32LittleEndian(marker));
        a.StoreImmediate(U16, R10, SessionLookup.ScratchAt + 4, BinaryPrimitives.ReadUInt16LittleEndian(marker.AsSpan(4)));
        a.Move(R1, R6);
        a.Move(R2, toward ? 0 : 6);
        a.Move(R3, R10);
        a.Add(R3, SessionLookup.ScratchAt);
        a.Move(R4, 6);
        a.Move(R5, 0);
        a.Call(BPF_FUNC_skb_store_bytes);
    }

    private static void CountFrame(BpfAssembler a, BpfMap port, SteeringDirection direction, SteeringOutcome outcome)
    {
        a.LoadMapValue(R1, port, PortLayout.FramesOffset(direction, outcome));
        a.Move(R2, 1);
        a.AtomicAdd(R1, 0, R2);
        a.Load(U32, R2, R6, SkBuff.Length);
        a.AtomicAdd(R1, 8, R2);
    }

    internal static void Redirect(BpfAssembler a, int index)
    {
        a.Move(R1, index);
        a.Move(R2, 0);
        a.Call(BPF_FUNC_redirect);
        a.Exit();
    }

    internal static void Drop(BpfAssembler a)
    {
        a.Move(R0, TcAction.TC_ACT_SHOT);
        a.Exit();
    }
}
