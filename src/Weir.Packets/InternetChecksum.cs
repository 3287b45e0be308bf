using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weir.Packets;

/// <summary>The one's complement sum of RFC 1071 and what IP, TCP, UDP and ICMPv6 make of it.</summary>
/// <remarks>
/// Sums are kept in the machine's byte order, 32 bits at a time, and turned round once at the end (RFC 1071 2, "byte order independence"
/// and "parallel summation"). A frame's worth of bytes can't overflow the 64 bits: chain <see cref="Add"/> freely, but only the last
/// span may have an odd length.
/// </remarks>
public static class InternetChecksum
{
    /// <summary>Two vectors; below it the setting up costs more than it saves.</summary>
    private const int VectorMinimum = 64;

    /// <summary>The checksum of <paramref name="bytes"/>, as it is stored in a header (host order). 0 when they include a right checksum.</summary>
    public static ushort Compute(ReadOnlySpan<byte> bytes) => Finish(Add(0, bytes));

    /// <summary>Adds bytes to a sum that <see cref="Finish"/> will close.</summary>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= VectorMinimum && Vector256.IsHardwareAccelerated)
        {
            int covered = bytes.Length & -VectorMinimum;
            sum += AddVectors(bytes[..covered]);
            bytes = bytes[covered..];
        }

        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            sum += (uint)word;
            sum += word >> 32;
        }

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

    /// <summary>Adds bytes that stand behind <paramref name="offset"/> others, which may be an odd number: each then is the other half of its word.</summary>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes, int offset)
    {
        if ((offset & 1) == 0)
        {
            return Add(sum, bytes);
        }

        // RFC 1071 2 (B): the sum of swapped bytes is the swapped sum. Finish has turned it round once already where the machine is little-endian.
        ushort folded = (ushort)~Finish(Add(0, bytes));
        return sum + (BitConverter.IsLittleEndian ? folded : BinaryPrimitives.ReverseEndianness(folded));
    }

    /// <summary>64 bytes a round. Each lane of 64 bits sums its upper halves, and all of itself modulo 2^64; from both the sum of the lower halves follows.</summary>
    private static ulong AddVectors(ReadOnlySpan<byte> bytes)
    {
        Vector256<ulong> whole = default;
        Vector256<ulong> upper = default;
        Vector256<ulong> wholeNext = default;
        Vector256<ulong> upperNext = default;
        ReadOnlySpan<Vector256<ulong>> vectors = MemoryMarshal.Cast<byte, Vector256<ulong>>(bytes);
        for (int i = 0; i + 1 < vectors.Length; i += 2)
        {
            Vector256<ulong> first = vectors[i];
            Vector256<ulong> second = vectors[i + 1];
            whole += first;
            upper += first >> 32;
            wholeNext += second;
            upperNext += second >> 32;
        }

        upper += upperNext;
        Vector256<ulong> lower = whole + wholeNext - (upper << 32);
        return Vector256.Sum(lower + upper);
    }

    /// <summary>The pseudo header of RFC 9293 3.1 (IPv4) or RFC 8200 8.1 (IPv6). <paramref name="length"/> is that of the transport header and payload.</summary>
    /// <param name="source">IPv4-mapped when <paramref name="ipVersion"/> is 4; only the last 32 bits count then.</param>
    public static ulong AddPseudoHeader(ulong sum, byte ipVersion, UInt128 source, UInt128 destination, byte protocol, int length)
    {
        if (ipVersion == 4)
        {
            return sum + Network((uint)source) + Network((uint)destination) + Network(protocol) + Network((uint)(ushort)length);
        }

        return sum + Network((uint)length) + Network(protocol)
            + Network((uint)(source >> 96)) + Network((uint)(source >> 64)) + Network((uint)(source >> 32)) + Network((uint)source)
            + Network((uint)(destination >> 96)) + Network((uint)(destination >> 64)) + Network((uint)(destination >> 32)) + Network((uint)destination);
    }

    /// <summary>A checksum after 16 bits that it covers have changed (RFC 1624 3, equation 3). All in host order.</summary>
    public static ushort Update(ushort checksum, ushort before, ushort after)
    {
        uint sum = (uint)(ushort)~checksum + (ushort)~before + after;
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }

    /// <summary>The sum of the pseudo header alone, folded and not complemented, in host order: what a device that fills in checksums wants in the field.</summary>
    public static ushort Partial(ulong sum) => (ushort)~Finish(sum);

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

    private static uint Network(uint value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
