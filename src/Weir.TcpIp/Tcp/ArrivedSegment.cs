using Weir.Packets;
using Weir.TcpIp.Tcp.Options;

namespace Weir.TcpIp.Tcp;

/// <summary>A segment that came in, decoded once.</summary>
internal ref struct ArrivedSegment
{
    public uint Sequence;
    public uint Acknowledgment;
    public TcpFlags Flags;
    public ushort Window;
    public byte Ecn;
    public bool IsLocal;
    public int Interface;
    public long Now;

    /// <summary>SND.NXT of a connection in TIME-WAIT that this SYN has ended.</summary>
    public uint? PreviousEnd;

    /// <summary>SEG.SEQ and SEG.ACK as positions: 0 is the SYN of the sender, or of us. Set once the connection is known.</summary>
    public long Seq;
    public long Ack;

    public ReadOnlySpan<byte> Payload;
    public SegmentOptions Options;

    /// <summary>SEG.LEN.</summary>
    public readonly int Length => Payload.Length + (Has(TcpFlags.SYN) ? 1 : 0) + (Has(TcpFlags.FIN) ? 1 : 0);

    public readonly bool Has(TcpFlags flag) => (Flags & flag) != 0;

    public static bool TryRead(in SegmentArrival arrival, ReadOnlySpan<byte> bytes, long now, out ArrivedSegment segment, out FourTuple tuple)
    {
        segment = default;
        if (TcpSegment.Parse(bytes, out TcpSegment view) != PacketError.None)
        {
            tuple = default;
            return false;
        }

        tuple = new FourTuple(arrival.Destination, arrival.Source, view.DestinationPort, view.SourcePort);
        segment.Sequence = view.Sequence;
        segment.Acknowledgment = view.Acknowledgment;
        segment.Flags = view.Flags;
        segment.Window = view.Window;
        segment.Ecn = arrival.Ecn;
        segment.IsLocal = arrival.IsLocal;
        segment.Interface = arrival.Interface;
        segment.Now = now;
        segment.Payload = view.Payload;
        SegmentOptions.Read(bytes[TcpHeader.Size..^view.Payload.Length], view, out segment.Options);
        return true;
    }

    /// <summary>The position nearest to another one that has this number (RFC 9293 3.4, without the modulo).</summary>
    public static long Unwrap(uint number, uint zero, long near) => near + (int)(number - zero - (uint)near);
}
