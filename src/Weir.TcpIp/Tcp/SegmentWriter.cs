using Weir.Packets;
using Weir.TcpIp.Tcp.Options;
using Weir.TcpIp.Tcp.Security;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Tcp;

/// <summary>What a connection sends: the header and the options of each segment, and the ACKs that answer one.</summary>
internal sealed class SegmentWriter(TcpConnection connection)
{
    private const int SequenceOffset = 4, FlagsOffset = 13;

    /// <summary>RFC 3168 5: ECT(0).</summary>
    private const byte EcnCapable = 2;

    private ChallengeLimit _challenges;

    /// <summary>RFC 3168 6.1.3: each segment tells of congestion until the peer says that it has slowed down.</summary>
    public bool EcnEcho { get; set; }

    public long SegmentsSent { get; private set; }

    private SendHalf Sending => connection.SendSide;

    private ReceiveHalf Receiving => connection.ReceiveSide;

    private TcpLayer Layer => connection.Layer;

    private ISegmentPath Path => connection.Path;

    public bool SendAck()
    {
        if (SendControl(Sending.SndNxt, TcpFlags.ACK))
            return true;
        Receiving.Ack.Now();
        Layer.Want(connection);
        return false;
    }

    public bool SendControl(long position, TcpFlags flags) => Write(position, 0, flags, 0, isNew: false);

    public void AnswerWithAck(in ArrivedSegment segment)
    {
        // Before our own SYN nothing goes: what asks for an answer is an old segment. Another SYN is answered where the first one waits for a decision, so that a peer that has begun anew can say so.
        if (Sending.IsHandshaking && Sending.Board.Lost > 0 && (connection.Pending is null || !segment.Has(TcpFlags.SYN)))
            return;

        // Data is always answered: it can't be part of a war of ACKs (net/ipv4/tcp_input.c tcp_oow_rate_limited).
        if (segment.Payload.Length > 0 || segment.Has(TcpFlags.FIN) || _challenges.TryTake(segment.Now))
            SendAck();
    }

    public void SendChallenge(long now)
    {
        if (!_challenges.TryTake(now))
            return;
        Layer.Counters.ChallengeAcks++;
        SendAck();
    }

    /// <summary>Writes and sends one segment of <paramref name="length"/> in sequence space from <paramref name="position"/>. False: the path had no room.</summary>
    public bool Emit(long position, int length, int segmentSize, bool isNew)
    {
        long end = position + length;
        TcpFlags flags = Receiving.IsSynchronized ? TcpFlags.ACK : TcpFlags.None;
        if (position == 0)
            return Write(0, 0, flags | TcpFlags.SYN, 0, isNew: false);

        int payload = (int)(Math.Min(end, Sending.End) - position);
        if (end > Sending.End)
            flags |= TcpFlags.FIN;
        if (end >= Sending.End || (payload > 0 && Path.HoldsUntilPush))
            flags |= TcpFlags.PSH;
        if (isNew && Sending.CwrDue && payload > 0)
        {
            flags |= TcpFlags.CWR;
            Sending.CwrDue = false;
        }

        return Write(position, payload, flags, segmentSize, isNew);
    }

    /// <summary>Sends new data in segments of <paramref name="size"/> bytes, a multiple of which <paramref name="length"/> is: one header for all, but for the sequence number.</summary>
    /// <returns>Bytes for which the path had room.</returns>
    public int EmitRun(long position, int length, int size)
    {
        Span<byte> header = stackalloc byte[TcpHeader.Size + SegmentOptions.TimestampsLength];
        header = header[..connection.HeaderLength];
        int offset = (int)(position - Math.Max(Sending.SndUna, 1));
        byte ecn = (byte)(Sending.Ecn ? EcnCapable : 0);
        bool holds = Path.HoldsUntilPush;
        int sent = 0;
        for (; sent < length; sent += size)
        {
            Span<byte> segment = Path.Begin(header.Length + size);
            if (segment.IsEmpty)
                break;
            if (sent == 0)
            {
                WriteHeader(header, position, TcpFlags.ACK, header.Length);
                WriteOptions(header[TcpHeader.Size..], size);
            }

            header.CopyTo(segment);
            if (holds && sent + size == length)
                segment[FlagsOffset] |= (byte)TcpFlags.PSH;
            WriteUInt32BigEndian(segment[SequenceOffset..], Sending.Iss + (uint)(position + sent));
            Sending.Queue.CopyTo(offset + sent, segment.Slice(header.Length, size));
            Path.Send(header.Length + size, 0, ecn);
            SegmentsSent++;
            Layer.Counters.SegmentsSent++;
        }

        if (sent > 0)
            Receiving.AckSent();
        return sent;
    }

    private bool Write(long position, int payload, TcpFlags flags, int segmentSize, bool isNew)
    {
        Span<byte> options = stackalloc byte[TcpHeader.MaxSize - TcpHeader.Size];
        bool syn = (flags & TcpFlags.SYN) != 0;
        int optionLength = syn ? WriteSynOptions(options, ref flags) : WriteOptions(options, payload);
        int header = TcpHeader.Size + optionLength;
        bool gathers = payload >= Path.GatherFrom;
        Span<byte> segment = Path.Begin(gathers ? header : header + payload);
        if (segment.IsEmpty)
            return false;

        WriteHeader(segment, position, flags, header);
        options[..optionLength].CopyTo(segment[TcpHeader.Size..]);

        // RFC 3168 6.1.4 to 6.1.6: only new data is marked as ECN-capable.
        byte ecn = (byte)(Sending.Ecn && isNew && payload > 0 ? EcnCapable : 0);
        int offset = (int)(position - Math.Max(Sending.SndUna, 1));
        if (gathers)
        {
            Sending.Queue.PeekAt(offset, payload, out ReadOnlySpan<byte> first, out ReadOnlySpan<byte> second);
            Path.Send(header, first, second, segmentSize, ecn);
        }
        else
        {
            if (payload > 0)
                Sending.Queue.CopyTo(offset, segment.Slice(header, payload));
            Path.Send(header + payload, segmentSize, ecn);
        }

        SegmentsSent++;
        Layer.Counters.SegmentsSent++;
        if ((flags & TcpFlags.ACK) != 0)
            Receiving.AckSent();
        return true;
    }

    /// <summary>The header without options, which make it <paramref name="length"/> bytes long. From now on the peer knows the window.</summary>
    private void WriteHeader(Span<byte> destination, long position, TcpFlags flags, int length)
    {
        bool syn = (flags & TcpFlags.SYN) != 0;
        new TcpHeader
        {
            SourcePort = connection.Tuple.LocalPort,
            DestinationPort = connection.Tuple.RemotePort,
            Sequence = Sending.Iss + (uint)position,
            Acknowledgment = (flags & TcpFlags.ACK) != 0 ? Receiving.NextWire : 0,
            HeaderLength = (byte)length,
            Flags = EcnEcho && !syn ? flags | TcpFlags.ECE : flags,
            Window = Receiving.Advertise(scaled: !syn),
        }.WriteTo(destination);
        if (Receiving.IsHeldBack)
            Layer.Memory.HoldBack(connection);
    }

    private int WriteOptions(Span<byte> options, int payload)
    {
        int length = 0;
        if (connection.Timestamps.Agreed)
        {
            SegmentOptions.WriteTimestamps(options, connection.Timestamps.Value(Layer.Now), connection.Timestamps.Recent);
            length = SegmentOptions.TimestampsLength;
        }

        // With a payload the options would make the segment too long: what is out of order is told by pure ACKs.
        return connection.SelectiveAcks && payload == 0 && Receiving.HasSackToSend ? length + WriteSack(options[length..]) : length;
    }

    private int WriteSack(Span<byte> options)
    {
        Span<(uint Left, uint Right)> blocks = stackalloc (uint Left, uint Right)[connection.Timestamps.Agreed ? 3 : 4];
        int count = Receiving.FillSack(blocks);
        if (count == 0)
            return 0;
        options[0] = options[1] = (byte)TcpOptionKind.TCPOPT_NOP;
        var writer = new TcpOptionWriter(options[2..]);
        writer.WriteSack(blocks[..count]);
        return 2 + 2 + (8 * count);
    }

    private int WriteSynOptions(Span<byte> options, ref TcpFlags flags)
    {
        // An answer offers only what the peer has offered.
        bool answer = Receiving.IsSynchronized;
        var writer = new TcpOptionWriter(options);
        if (connection.Profile.AnnounceMss)
            writer.WriteMaximumSegmentSize((ushort)Math.Min(connection.OwnMss(), ushort.MaxValue));
        if (answer ? connection.SelectiveAcks : connection.Profile.SelectiveAcknowledgment)
            writer.WriteSackPermitted();
        if (answer ? connection.Timestamps.Agreed : connection.Profile.Timestamps)
            writer.WriteTimestamps(connection.Timestamps.Value(Layer.Now), answer ? connection.Timestamps.Recent : 0);
        if (answer ? connection.Scaled : connection.Profile.WindowScaling)
            writer.WriteWindowScale((byte)Receiving.Shift);

        // RFC 3168 6.1.1; a SYN that was not answered goes without (6.1.1.1).
        if (answer && Sending.Ecn)
            flags |= TcpFlags.ECE;
        else if (!answer && connection.EcnAsked && Sending.Timers.Timeouts == 0)
            flags |= TcpFlags.ECE | TcpFlags.CWR;
        return writer.Finish().Length;
    }
}
