using System.Buffers.Binary;
using System.Net;

namespace Weir.Packets;

/// <summary>IP addresses as the data path keeps them: 128 bits, most significant byte first, IPv4 as ::ffff:a.b.c.d.</summary>
public static class IpAddressBits
{
    private const int Size = 16;

    public static bool IsIpv4(UInt128 address) => (address >> 32) == 0xFFFF;

    /// <summary>The mapped form of an IPv4 address in host order.</summary>
    public static UInt128 FromIpv4(uint address) => new(0, 0x0000_FFFF_0000_0000UL | address);

    public static UInt128 From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        address.TryWriteBytes(bytes, out int written);
        return written == 4
            ? FromIpv4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Reads dotted or colon text.</summary>
    /// <exception cref="FormatException">The text is no address.</exception>
    public static UInt128 Parse(string text) => From(IPAddress.Parse(text));

    /// <summary>IPv4-mapped addresses come back as IPv4.</summary>
    public static IPAddress ToIPAddress(UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPAddress(IsIpv4(address) ? bytes[12..] : bytes);
    }

    /// <summary>Dotted text for IPv4, RFC 5952 text for IPv6.</summary>
    public static string ToText(UInt128 address) => ToIPAddress(address).ToString();
}
