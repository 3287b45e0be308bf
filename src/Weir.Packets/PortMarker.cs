using System.Runtime.CompilerServices;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>The unicast Ethernet address that stands for a captured port on Weir's pipe: <c>56:45:49:52</c> ("VEIR", locally administered) and the port's id.</summary>
/// <remarks>Toward the workload it replaces the destination, from the workload the source: so it says whose frame it is, and in which direction.</remarks>
public static class PortMarker
{
    public const uint Prefix = 0x5645_4952;

    /// <summary>The prefix as people read addresses.</summary>
    public const string PrefixText = "56:45:49:52";

    private const int SourceOffset = 6;
    private const int IdOffset = 4;

    public static byte[] Of(ushort portId)
    {
        byte[] address = new byte[6];
        WriteUInt32BigEndian(address, Prefix);
        WriteUInt16BigEndian(address.AsSpan(IdOffset), portId);
        return address;
    }

    /// <summary>True for an address that could be taken for a marker; a workload that has one is not captured.</summary>
    public static bool HasPrefix(ReadOnlySpan<byte> address) => address.Length == 6 && ReadUInt32BigEndian(address) == Prefix;

    /// <summary>False for a frame without a marker, or one that ends before its Ethernet header does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> frame, out ushort portId, out bool fromWorkload)
    {
        portId = 0;
        fromWorkload = false;
        if (frame.Length < EthernetHeader.Size)
            return false;
        if (ReadUInt32BigEndian(frame) == Prefix)
        {
            portId = ReadUInt16BigEndian(frame[IdOffset..]);
            return true;
        }
        if (ReadUInt32BigEndian(frame[SourceOffset..]) != Prefix)
            return false;
        portId = ReadUInt16BigEndian(frame[(SourceOffset + IdOffset)..]);
        fromWorkload = true;
        return true;
    }
}
