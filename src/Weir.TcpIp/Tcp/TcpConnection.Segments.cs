using Weir.Packets;
using Weir.TcpIp.Tcp.Options;

namespace Weir.TcpIp.Tcp;

// What goes out: the header and the options of each segment.
public sealed partial class TcpConnection
{
    /// <summary>Sends what is due. False: the path had no room.</summary>
    internal bool Transmit(long now, ref int quantum)
    {
        if (State == TcpState.Closed || Pending is not null)
            return true;
        if (State != TcpState.TimeWait)
        {
            UpdateMss();
            if (!_send.Transmit(this, now, ref quantum))
                return false;
        }

        return !_receive.Ack.IsDue || SendAck();
    }

    private bool SendAck()
    {
        if (SendControl(_send.SndNxt, TcpFlags.ACK))
            return true;
        _receive.Ack.Now();
        _layer.Want(this);
        return false;
    }

    private bool SendControl(long position, TcpFlags flags) => Write(position, 0, flags, 0, isNew: false);

    /// <summary>Writes and sends one segment of <paramref name="length"/> in sequence space from <paramref name="position"/>. False: the path had no room.</summary>
    internal bool Emit(long position, int length, int segmentSize, bool isNew)
    {
        long end = position + length;
        TcpFlags flags = _receive.IsSynchronized ? TcpFlags.ACK : TcpFlags.None;
        if (position == 0)
            return Write(0, 0, flags | TcpFlags.SYN, 0, isNew: false);

        int payload = (int)(Math.Min(end, _send.End) - position);
        if (end > _send.End)
            flags |= TcpFlags.FIN;
        if (end >= _send.End)
            flags |= TcpFlags.PSH;
        if (isNew && _send.CwrDue && payload > 0)
        {
            flags |= TcpFlags.CWR;
            _send.CwrDue = false;
        }

        return Write(position, payload, flags, segmentSize, isNew);
    }

    private bool Write(long position, int payload, TcpFlags flags, int segmentSize, bool isNew)
    {
        Span<byte> options = stackalloc byte[TcpHeader.MaxSize - TcpHeader.Size];
        bool syn = (flags & TcpFlags.SYN) != 0;
        int optionLength = syn ? WriteSynOptions(options, ref flags) : WriteOptions(options, payload);
        int header = TcpHeader.Size + optionLength;
        Span<byte> segment = _path.Begin(header + payload);
        if (segment.IsEmpty)
            return false;

        if (_ecnEcho && !syn)
            flags |= TcpFlags.ECE;
        new TcpHeader
        {
            SourcePort = Tuple.LocalPort,
            DestinationPort = Tuple.RemotePort,
            Sequence = _send.Iss + (uint)position,
            Acknowledgment = (flags & TcpFlags.ACK) != 0 ? _receive.NextWire : 0,
            HeaderLength = (byte)header,
            Flags = flags,
            Window = _receive.Advertise(scaled: !syn),
        }.WriteTo(segment);
        options[..optionLength].CopyTo(segment[TcpHeader.Size..]);
        if (payload > 0)
            _send.Queue.CopyTo((int)(position - Math.Max(_send.SndUna, 1)), segment.Slice(header, payload));

        // RFC 3168 6.1.4 to 6.1.6: only new data is marked as ECN-capable.
        _path.Send(header + payload, segmentSize, (byte)(_send.Ecn && isNew && payload > 0 ? 2 : 0));
        _segmentsSent++;
        _layer.Counters.SegmentsSent++;
        if ((flags & TcpFlags.ACK) != 0)
            _receive.Ack.Sent();
        return true;
    }

    private int WriteOptions(Span<byte> options, int payload)
    {
        int length = 0;
        if (_timestamps.Agreed)
        {
            SegmentOptions.WriteTimestamps(options, _timestamps.Value(_layer.Now), _timestamps.Recent);
            length = SegmentOptions.TimestampsLength;
        }

        // With a payload the options would make the segment too long: what is out of order is told by pure ACKs.
        return _selectiveAcks && payload == 0 && _receive.HasSackToSend ? length + WriteSack(options[length..]) : length;
    }

    private int WriteSack(Span<byte> options)
    {
        Span<(uint Left, uint Right)> blocks = stackalloc (uint Left, uint Right)[_timestamps.Agreed ? 3 : 4];
        int count = _receive.FillSack(blocks);
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
        bool answer = _receive.IsSynchronized;
        var writer = new TcpOptionWriter(options);
        if (_profile.AnnounceMss)
            writer.WriteMaximumSegmentSize((ushort)Math.Min(OwnMss(), ushort.MaxValue));
        if (answer ? _selectiveAcks : _profile.SelectiveAcknowledgment)
            writer.WriteSackPermitted();
        if (answer ? _timestamps.Agreed : _profile.Timestamps)
            writer.WriteTimestamps(_timestamps.Value(_layer.Now), answer ? _timestamps.Recent : 0);
        if (answer ? _scaled : _profile.WindowScaling)
            writer.WriteWindowScale((byte)_receive.Shift);

        // RFC 3168 6.1.1; a SYN that was not answered goes without (6.1.1.1).
        if (answer && _send.Ecn)
            flags |= TcpFlags.ECE;
        else if (!answer && _ecnAsked && _send.Timeouts == 0)
            flags |= TcpFlags.ECE | TcpFlags.CWR;
        return writer.Finish().Length;
    }
}
