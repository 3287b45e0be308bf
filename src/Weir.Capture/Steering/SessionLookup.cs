using Weir.Linux.Bpf;
using static Weir.Linux.Bpf.BpfCondition;
using static Weir.Linux.Bpf.BpfHelper;
using static Weir.Linux.Bpf.BpfRegister;
using static Weir.Linux.Bpf.BpfSize;

namespace Weir.Capture.Steering;

/// <summary>The part that the steering programs and the tap's filter have in common: is this frame of a settled session?</summary>
/// <remarks>
/// Stack: Ethernet header at fp-16, key at fp-64, scratch for headers at fp-104. R6 is the context. Everything is read with
/// skb_load_bytes: it works for frames whose data is not in one piece, and in socket filters, which have no direct access.
/// </remarks>
internal static class SessionLookup
{
    public const short EthernetAt = -16, KeyAt = -64, ScratchAt = -104;
    public const short DestinationAddressAt = EthernetAt, SourceAddressAt = EthernetAt + 6, EtherTypeAt = EthernetAt + 12;

    // Ethertypes as a little-endian load reads them from the wire; both of the machines that Weir runs on are little-endian.
    public const int EtherTypeIPv4 = 0x0008, EtherTypeArp = 0x0608, EtherTypeIPv6 = 0xdd86;

    private const int EthernetSize = 14;
    private const int ProtocolTcp = 6, ProtocolUdp = 17;
    private const int TcpFinSynRst = 0x07;
    private const int FragmentBits = 0xff3f; // MF and the offset, as a little-endian load reads them.

    /// <summary>Reads the Ethernet header to fp-16; goes to <paramref name="tooShort"/> when there is none.</summary>
    public static void LoadEthernet(BpfAssembler a, BpfLabel tooShort) => LoadBytes(a, 0, EthernetAt, EthernetSize, tooShort);

    /// <summary>Builds the key and looks it up. Falls through with R7 = the entry (of the current generation); otherwise goes to <paramref name="notSettled"/>.</summary>
    public static void Write(BpfAssembler a, BpfMap settled, BpfMap control, ushort portId, BpfLabel notSettled)
    {
        BpfLabel ipv6 = a.NewLabel(), transport = a.NewLabel(), udp = a.NewLabel(), ports = a.NewLabel();

        a.Load(U16, R1, R10, EtherTypeAt);
        a.JumpIf(Equal, R1, EtherTypeIPv6, ipv6);
        a.JumpIf(NotEqual, R1, EtherTypeIPv4, notSettled);

        // IPv4: not a fragment, any header length; addresses become ::ffff:a.b.c.d.
        LoadBytes(a, EthernetSize, ScratchAt, 20, notSettled);
        a.Load(U16, R1, R10, ScratchAt + 6);
        a.And(R1, FragmentBits);
        a.JumpIf(NotEqual, R1, 0, notSettled);
        a.Load(U8, R8, R10, ScratchAt + 9);
        a.Load(U8, R7, R10, ScratchAt);
        a.And(R7, 0x0f);
        a.JumpIf(Less, R7, 5, notSettled);
        a.ShiftLeft(R7, 2);
        a.Add(R7, EthernetSize);
        foreach ((short key, short header) in new (short, short)[] { (SettledMapKey.SourceOffset, 12), (SettledMapKey.DestinationOffset, 16) })
        {
            a.StoreImmediate(U32, R10, (short)(KeyAt + key), 0);
            a.StoreImmediate(U32, R10, (short)(KeyAt + key + 4), 0);
            a.StoreImmediate(U32, R10, (short)(KeyAt + key + 8), unchecked((int)0xffff0000));
            a.Load(U32, R1, R10, (short)(ScratchAt + header));
            a.Store(U32, R10, (short)(KeyAt + key + 12), R1);
        }

        a.Jump(transport);

        // IPv6 without extension headers.
        a.Mark(ipv6);
        LoadBytes(a, EthernetSize + 6, ScratchAt, 1, notSettled);
        a.Load(U8, R8, R10, ScratchAt);
        LoadBytes(a, EthernetSize + 8, KeyAt, 32, notSettled);
        a.Move(R7, EthernetSize + 40);

        a.Mark(transport);
        a.JumpIf(Equal, R8, ProtocolUdp, udp);
        a.JumpIf(NotEqual, R8, ProtocolTcp, notSettled);
        LoadBytesAtR7(a, ScratchAt, 14, notSettled);
        a.Load(U8, R1, R10, ScratchAt + 13);
        a.JumpIf(BitsSet, R1, TcpFinSynRst, notSettled);
        a.Jump(ports);

        a.Mark(udp);
        LoadBytesAtR7(a, ScratchAt, 4, notSettled);

        a.Mark(ports);
        a.Load(U32, R1, R10, ScratchAt);
        a.Store(U32, R10, KeyAt + SettledMapKey.PortsOffset, R1);
        a.StoreImmediate(U16, R10, KeyAt + SettledMapKey.PortIdOffset, portId);
        a.Store(U16, R10, KeyAt + SettledMapKey.ProtocolOffset, R8);

        a.LoadMap(R1, settled);
        a.Move(R2, R10);
        a.Add(R2, KeyAt);
        a.Call(BPF_FUNC_map_lookup_elem);
        a.JumpIf(Equal, R0, 0, notSettled);
        a.Move(R7, R0);
        a.LoadMapValue(R1, control, ControlLayout.GenerationOffset);
        a.Load(U32, R1, R1, 0);
        a.Load(U32, R2, R7, SettledMapValue.GenerationOffset);
        a.JumpIf(NotEqual, R1, R2, notSettled);
    }

    /// <summary>Adds the frame to the entry in R7: a 64 KiB frame counts as the segments it stands for. R9 is the time.</summary>
    public static void Count(BpfAssembler a)
    {
        BpfLabel counted = a.NewLabel();
        a.Load(U32, R1, R6, SkBuff.GsoSegments);
        a.JumpIf(NotEqual, R1, 0, counted);
        a.Move(R1, 1);
        a.Mark(counted);
        a.AtomicAdd(R7, SettledMapValue.PacketsOffset, R1);
        a.Load(U32, R1, R6, SkBuff.Length);
        a.AtomicAdd(R7, SettledMapValue.BytesOffset, R1);
        a.Store(U64, R7, SettledMapValue.LastSeenOffset, R9);
    }

    /// <summary>skb_load_bytes to the stack from a fixed offset.</summary>
    private static void LoadBytes(BpfAssembler a, int offset, short stack, int length, BpfLabel tooShort)
    {
        a.Move(R2, offset);
        LoadBytes(a, stack, length, tooShort);
    }

    private static void LoadBytesAtR7(BpfAssembler a, short stack, int length, BpfLabel tooShort)
    {
        a.Move(R2, R7);
        LoadBytes(a, stack, length, tooShort);
    }

    private static void LoadBytes(BpfAssembler a, short stack, int length, BpfLabel tooShort)
    {
        a.Move(R1, R6);
        a.Move(R3, R10);
        a.Add(R3, stack);
        a.Move(R4, length);
        a.Call(BPF_FUNC_skb_load_bytes);
        a.JumpIf(NotEqual, R0, 0, tooShort);
    }
}
