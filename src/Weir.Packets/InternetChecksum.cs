using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Weir.Packets;

/// <summary>The one's complement sum of RFC 1071 and what IP, TCP, UDP and ICMPv6 make of it.</summary>
/// <remarks>
/// Sums are kept in the machine's byte order, 32 bits at a time, and turned round once at the end (RFC 1071 2, "byte order independence"
/// and "parallel summation"). A frame's worth of bytes can't overflow the 64 bits: chain <see cref="Add"/> freely, but only the last
/// span may have an odd length.
/// </remarks>
public static class InternetChecksum
{
    /// <summary>The checksum of <paramref name="bytes"/>, as it is stored in a header (host order). 0 when they include a right checksum.</summary>
    public static ushort Compute(ReadOnlySpan<byte> bytes) => Finish(Add(0, bytes));

    /// <summary>Adds bytes to a sum that <see cref="Finish"/> will close.</summary>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        ulong even = 0;
        ulong odd = 0;
        foreach (ulong word in words)
        {
            even += (uint)word;
            odd += word >> 32;
        }

        sum += even;
        sum += odd;
        ReadOnlySpan<byte> tail = bytes[(words.Length * sizeof(ulong))..];
        if (tail.Length >= sizeof(uint))
        {
            sum += MemoryMarshal.Read<uint>(tail);
            tail = tail[sizeof(uint)..];
        }

        if (tail.Length >= sizeof(ushort))
        {
            sum += MemoryMarshal.Read<ushort>(tail);
            tail = tail[sizeof(ushort)..];
        }

        if (tail.Length == 1)
        {
            // The last odd byte is padded with a zero behind it.
            sum += BitConverter.IsLittleEndian ? tail[0] : (uint)tail[0] << 8;
        }

        return sum;
    }

    /// <summary>The pseudo header of RFC 9293 3.1 (IPv4) or RFC 8200 8.1 (IPv6). <paramref name="length"/> is that of the transport header and payload.</summary>
    /// <param name="source">IPv4-mapped when <paramref name="ipVersion"/> is 4; only the last 32 bits count then.</param>
    public static ulong AddPseudoHeader(ulong sum, byte ipVersion, UInt128 source, UInt128 destination, byte protocol, int length)
    {
        Span<byte> bytes = stackalloc byte[40];
        if (ipVersion == 4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)source);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)destination);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[8..], protocol);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], (ushort)length);
            return Add(sum, bytes[..12]);
        }

        BinaryPrimitives.WriteUInt128BigEndian(bytes, source);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], destination);
        BinaryPrimitives.WriteInt32BigEndian(bytes[32..], length);
        BinaryPrimitives.WriteInt32BigEndian(bytes[36..], protocol);
        return Add(sum, bytes);
    }

    /// <summary>Folds a sum to 16 bits and complements it. UDP must send 0xFFFF for a result of 0 (RFC 768): see <see cref="Transport"/>.</summary>
    public static ushort Finish(ulong sum)
    {
        sum = (sum & 0xFFFF_FFFF) + (sum >> 32);
        sum = (sum & 0xFFFF_FFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        ushort complement = (ushort)~sum;
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(complement) : complement;
    }

    /// <summary>The checksum of a TCP, UDP or ICMPv6 header and payload whose checksum field is 0.</summary>
    public static ushort Transport(byte ipVersion, UInt128 source, UInt128 destination, byte protocol, ReadOnlySpan<byte> segment)
    {
        ushort checksum = Finish(Add(AddPseudoHeader(0, ipVersion, source, destination, protocol, segment.Length), segment));
        return checksum == 0 && protocol == IpProtocol.IPPROTO_UDP ? ushort.MaxValue : checksum;
    }

    /// <summary>Whether the IPv4 header checksum and the transport checksum of a frame are right; a UDP checksum of 0 over IPv4 means none.</summary>
    /// <remarks>True for fragments and protocols without one. Frames of this host may carry a partial checksum (vnet header): ask only for frames from a wire.</remarks>
    public static bool IsRight(ReadOnlySpan<byte> frame, in FrameLayers layers)
    {
        if (layers.IpVersion == 4)
        {
            int header = (frame[layers.NetworkOffset] & 0x0F) << 2;
            if (Compute(frame.Slice(layers.NetworkOffset, header)) != 0)
            {
                return false;
            }
        }

        if (layers.IpVersion == 0 || layers.IsFragment)
        {
            return true;
        }

        ReadOnlySpan<byte> segment = frame[layers.TransportOffset..(layers.PayloadOffset + layers.PayloadLength)];
        switch (layers.Protocol)
        {
            case IpProtocol.IPPROTO_UDP when layers.IpVersion == 4 && segment[6] == 0 && segment[7] == 0:
                return true;
            case IpProtocol.IPPROTO_TCP or IpProtocol.IPPROTO_UDP:
            case IpProtocol.IPPROTO_ICMPV6 when layers.IpVersion == 6:
                ulong sum = AddPseudoHeader(0, layers.IpVersion, layers.Source, layers.Destination, layers.Protocol, segment.Length);
                return Finish(Add(sum, segment)) == 0;
            case IpProtocol.IPPROTO_ICMP when layers.IpVersion == 4:
                return Compute(segment) == 0;
            default:
                return true;
        }
    }
}
