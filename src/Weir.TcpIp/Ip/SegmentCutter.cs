using Weir.Packets;
using Weir.TcpIp.Devices;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Ip;

/// <summary>Cuts a TCP packet that stands for many segments into these, for a device that does not do so itself: what the kernel calls GSO (net/ipv4/tcp_offload.c).</summary>
internal static class SegmentCutter
{
    private const byte Fin = 1;
    private const byte Psh = 8;
    private const byte Cwr = 0x80;

    /// <param name="stack">Whose drops are counted.</param>
    /// <param name="hop">Where to.</param>
    /// <param name="packet">IP header, TCP header, and the data of all segments.</param>
    /// <param name="offload">Offset of the TCP header in the packet, and the size of a segment's data.</param>
    public static void Send(NetworkStack stack, in NextHop hop, ReadOnlySpan<byte> packet, in PacketOffload offload)
    {
        int at = offload.TransportOffset;
        int header = at + 20 <= packet.Length ? at + ((packet[at + 12] >> 4) * 4) : int.MaxValue;
        if (header < at + 20 || header > packet.Length)
        {
            stack.Drop(IpDropReason.Malformed);
            return;
        }

        ReadOnlySpan<byte> data = packet[header..];
        for (int done = 0; done < data.Length || done == 0;)
        {
            int length = Math.Min(offload.SegmentSize, data.Length - done);
            bool last = done + length == data.Length;
            Span<byte> piece = hop.Interface.Begin(hop, header + length);
            if (piece.IsEmpty)
            {
                stack.Drop(IpDropReason.DeviceFull);
                return;
            }

            packet[..header].CopyTo(piece);
            data.Slice(done, length).CopyTo(piece[header..]);
            WriteSegment(piece, at, done / offload.SegmentSize, done, last);
            hop.Interface.Send(hop, piece.Length, default);
            if (last)
                return;
            done += length;
        }
    }

    private static void WriteSegment(Span<byte> piece, int at, int number, int done, bool last)
    {
        Span<byte> segment = piece[at..];
        WriteUInt32BigEndian(segment[4..], ReadUInt32BigEndian(segment[4..]) + (uint)done);

        // Only the last one ends the stream or pushes; only the first tells that the window was reduced (RFC 3168 6.1.2).
        segment[13] &= (byte)~((last ? 0 : Fin | Psh) | (number == 0 ? 0 : Cwr));
        WriteUInt16BigEndian(segment[16..], 0);
        if (piece[0] >> 4 == 4)
        {
            int header = (piece[0] & 0x0F) << 2;
            WriteUInt16BigEndian(piece[2..], (ushort)piece.Length);
            WriteUInt16BigEndian(piece[4..], (ushort)(ReadUInt16BigEndian(piece[4..]) + number));
            WriteUInt16BigEndian(piece[10..], 0);
            WriteUInt16BigEndian(piece[10..], InternetChecksum.Compute(piece[..header]));
            WriteUInt16BigEndian(segment[16..], InternetChecksum.Transport(4, ReadUInt32BigEndian(piece[12..]), ReadUInt32BigEndian(piece[16..]), IpProtocol.IPPROTO_TCP, segment));
            return;
        }

        WriteUInt16BigEndian(piece[4..], (ushort)(piece.Length - Ipv6Header.Size));
        WriteUInt16BigEndian(segment[16..], InternetChecksum.Transport(6, ReadUInt128BigEndian(piece[8..]), ReadUInt128BigEndian(piece[24..]), IpProtocol.IPPROTO_TCP, segment));
    }
}
