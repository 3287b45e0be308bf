using Weir.Packets;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Ip;

/// <summary>Cuts a packet for a link that it does not fit: RFC 791 3.2, RFC 8200 4.5.</summary>
internal static class Fragmenter
{
    private const int FragmentHeaderSize = 8;
    private const ushort MoreFragments = 0x2000;
    private const ushort OffsetBits = 0x1FFF;
    private const byte CopiedOption = 0x80;

    /// <summary>Sends the pieces; false when the device's room ended on the way.</summary>
    /// <param name="stack">Whose drops are counted.</param>
    /// <param name="hop">Where to, and how large a piece may be.</param>
    /// <param name="packet">An IPv4 packet without DF, itself a fragment perhaps; or an IPv6 packet without extension headers that we send ourselves.</param>
    public static bool Send(NetworkStack stack, in NextHop hop, ReadOnlySpan<byte> packet)
    {
        bool sent = packet[0] >> 4 == 4 ? SendIpv4(hop, packet) : SendIpv6(stack, hop, packet);
        if (!sent)
            stack.Drop(IpDropReason.DeviceFull);
        return sent;
    }

    private static bool SendIpv4(in NextHop hop, ReadOnlySpan<byte> packet)
    {
        int header = (packet[0] & 0x0F) << 2;
        ushort before = ReadUInt16BigEndian(packet[6..]);
        int start = (before & OffsetBits) << 3;
        ReadOnlySpan<byte> payload = packet[header..];
        Span<byte> laterHeader = stackalloc byte[Ipv4Header.MaxSize];
        int laterLength = LaterHeader(packet[..header], laterHeader);
        for (int done = 0; done < payload.Length;)
        {
            ReadOnlySpan<byte> head = done == 0 ? packet[..header] : laterHeader[..laterLength];
            int most = (hop.Mtu - head.Length) & ~7;
            int length = Math.Min(most, payload.Length - done);
            bool more = done + length < payload.Length || (before & MoreFragments) != 0;
            Span<byte> piece = hop.Interface.Begin(hop, head.Length + length);
            if (piece.IsEmpty)
                return false;
            head.CopyTo(piece);
            payload.Slice(done, length).CopyTo(piece[head.Length..]);
            WriteUInt16BigEndian(piece[2..], (ushort)piece.Length);
            WriteUInt16BigEndian(piece[6..], (ushort)((more ? MoreFragments : 0) | ((start + done) >> 3)));
            WriteUInt16BigEndian(piece[10..], 0);
            WriteUInt16BigEndian(piece[10..], InternetChecksum.Compute(piece[..head.Length]));
            hop.Interface.Send(hop, piece.Length, default);
            done += length;
        }

        return true;
    }

    /// <summary>RFC 791 3.1: later fragments carry only the options whose copied flag is set.</summary>
    private static int LaterHeader(ReadOnlySpan<byte> header, Span<byte> later)
    {
        header[..Ipv4Header.Size].CopyTo(later);
        int length = Ipv4Header.Size;
        for (ReadOnlySpan<byte> options = header[Ipv4Header.Size..]; !options.IsEmpty && options[0] != 0;)
        {
            int size = options[0] == 1 ? 1 : options.Length < 2 || options[1] < 2 || options[1] > options.Length ? options.Length : options[1];
            if ((options[0] & CopiedOption) != 0)
            {
                options[..size].CopyTo(later[length..]);
                length += size;
            }

            options = options[size..];
        }

        int padded = (length + 3) & ~3;
        later[length..padded].Clear();
        later[0] = (byte)(0x40 | (padded >> 2));
        return padded;
    }

    private static bool SendIpv6(NetworkStack stack, in NextHop hop, ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<byte> payload = packet[Ipv6Header.Size..];
        byte next = packet[6];
        uint identification = stack.Identifications.Next(ReadUInt128BigEndian(packet[8..]), ReadUInt128BigEndian(packet[24..]), next);
        int most = (hop.Mtu - Ipv6Header.Size - FragmentHeaderSize) & ~7;
        for (int done = 0; done < payload.Length;)
        {
            int length = Math.Min(most, payload.Length - done);
            bool more = done + length < payload.Length;
            Span<byte> piece = hop.Interface.Begin(hop, Ipv6Header.Size + FragmentHeaderSize + length);
            if (piece.IsEmpty)
                return false;
            packet[..Ipv6Header.Size].CopyTo(piece);
            WriteUInt16BigEndian(piece[4..], (ushort)(FragmentHeaderSize + length));
            piece[6] = IpProtocol.IPPROTO_FRAGMENT;
            piece[40] = next;
            piece[41] = 0;
            WriteUInt16BigEndian(piece[42..], (ushort)(done | (more ? 1 : 0)));
            WriteUInt32BigEndian(piece[44..], identification);
            payload.Slice(done, length).CopyTo(piece[48..]);
            hop.Interface.Send(hop, piece.Length, default);
            done += length;
        }

        return true;
    }
}
