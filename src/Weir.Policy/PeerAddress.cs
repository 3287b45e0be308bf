using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Weir.Policy;

/// <summary>Addresses as the data path holds them: 128 bits, IPv4 as ::ffff:a.b.c.d.</summary>
public static class PeerAddress
{
    private static readonly UInt128 s_mapped = (UInt128)0xFFFF << 32;

    public static UInt128 From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.TryWriteBytes(bytes, out _);
            return s_mapped | BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>The address for people: IPv4 in its own form.</summary>
    public static IPAddress ToIPAddress(UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return IsIPv4(address) ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
    }

    public static bool IsIPv4(UInt128 address) => address >> 32 == 0xFFFF;
}
