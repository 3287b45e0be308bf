using System.Runtime.CompilerServices;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Enforcer.Datapath;

/// <summary>The workload's unicast marker: an Ethernet address 56:45:49:52 ("VEIR") followed by the port's id.</summary>
/// <remarks>As destination the frame is on its way to the workload, as source it comes from it.</remarks>
internal static class Marker
{
    public const uint Prefix = 0x5645_4952;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> frame, out ushort portId, out bool fromWorkload)
    {
        portId = 0;
        fromWorkload = false;
        if (frame.Length < 14)
            return false;
        if (ReadUInt32BigEndian(frame) == Prefix)
        {
            portId = ReadUInt16BigEndian(frame[4..]);
            return true;
        }
        if (ReadUInt32BigEndian(frame[6..]) != Prefix)
            return false;
        portId = ReadUInt16BigEndian(frame[10..]);
        fromWorkload = true;
        return true;
    }
}
