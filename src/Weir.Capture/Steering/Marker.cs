using System.Buffers.Binary;

namespace Weir.Capture.Steering;

/// <summary>The unicast Ethernet address that stands for a captured port on the pipe: <c>56:45:49:52</c> ("VEIR", locally administered) and the port's id.</summary>
/// <remarks>Toward the workload it replaces the destination, from the workload the source: so it says whose frame it is, and in which direction.</remarks>
public static class Marker
{
    public const uint Prefix = 0x56454952;

    public static byte[] Of(ushort portId)
    {
        var address = new byte[6];
        BinaryPrimitives.WriteUInt32BigEndian(address, Prefix);
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(4), portId);
        return address;
    }

    /// <summary>True for an address that could be taken for a marker; a workload that has one is not captured.</summary>
    public static bool HasPrefix(ReadOnlySpan<byte> address) => address.Length == 6 && BinaryPrimitives.ReadUInt32BigEndian(address) == Prefix;
}
