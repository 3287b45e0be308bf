using System.Runtime.CompilerServices;

namespace Weir.Enforcer.Sessions;

/// <summary>A frame's place in the session table: source and destination as the frame has them.</summary>
internal readonly struct SessionKey(ushort portId, byte protocol, UInt128 source, UInt128 destination, ushort sourcePort, ushort destinationPort)
{
    public readonly UInt128 Source = source;
    public readonly UInt128 Destination = destination;
    public readonly ushort SourcePort = sourcePort;
    public readonly ushort DestinationPort = destinationPort;
    public readonly ushort PortId = portId;
    public readonly byte Protocol = protocol;

    /// <summary>The same for both directions, and different in each run, so that nobody can aim at one chain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(ulong seed)
    {
        ulong ends = End(Source, SourcePort, seed) + End(Destination, DestinationPort, seed);
        ulong mixed = (ends ^ ((ulong)PortId << 8) ^ Protocol) * 0x9E37_79B9_7F4A_7C15;
        mixed ^= mixed >> 32;
        return (uint)(mixed * 0xD6E8_FEB8_6659_FD93 >> 32);
    }

    /// <summary>One address (and port), well mixed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong End(UInt128 address, ushort port, ulong seed)
    {
        ulong low = Math.BigMul((ulong)address ^ seed, 0xA076_1D64_78BD_642F ^ port, out ulong lowRest);
        ulong high = Math.BigMul((ulong)(address >> 64) + lowRest, seed | 1, out ulong highRest);
        return low ^ lowRest ^ high ^ (highRest * 0xE703_7ED1_A0B4_28DB);
    }
}
