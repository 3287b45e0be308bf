using Weir.Packets;

namespace Weir.TcpIp.Tcp.Arriving;

/// <summary>RFC 9293 3.10.7.4, sixth to eighth: URG, the text and the FIN.</summary>
internal readonly struct TextAndFin(TcpConnection connection)
{
    private const byte CongestionExperienced = 3;

    private ReceiveHalf Receiving => connection.ReceiveSide;

    // Sixth, URG: taken as data (RFC 6093). Seventh, process the segment text.
    public void TakeText(in ArrivedSegment segment)
    {
        if (segment.Payload.IsEmpty)
            return;
        if (connection.State is not (TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2))
            return;

        NoteEcn(segment);
        if (!connection.Layer.Memory.HasRoomFor(connection, segment))
        {
            // A byte that there is no room for was not received: the peer sends it again.
            connection.Layer.Counters.MemoryDrops++;
            if (segment.Seq > Receiving.RcvNxt)
                connection.Writer.SendAck();
            return;
        }

        if (connection.Timestamps.Agreed)
            Receiving.NoteEcho(segment.Options.TsEcr, segment.Payload.Length, connection.Timestamps, segment.Now);
        ulong before = Receiving.Stream.BytesPushed;
        bool inOrder = segment.Seq <= Receiving.RcvNxt && !Receiving.HasGaps;
        Receiving.Take(segment.Seq, segment.Payload, segment.Has(TcpFlags.FIN), segment.Now);
        if (Receiving.Stream.BytesPushed != before)
            connection.Raise(TcpEvents.Readable);
        if (!inOrder)
            connection.Writer.SendAck();
        else if (Receiving.Ack.IsDue)
            connection.Layer.Want(connection);
    }

    // Eighth, check the FIN bit.
    public void TakeFin(in ArrivedSegment segment)
    {
        if (segment.Has(TcpFlags.FIN) && segment.Payload.IsEmpty && !Receiving.FinReceived
            && connection.State is TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2)
        {
            Receiving.Take(segment.Seq, default, fin: true, segment.Now);
            connection.Layer.Want(connection);
        }

        if (!Receiving.FinReceived)
            return;

        // The FIN has its place in the sequence space: it counts once all before it is there.
        switch (connection.State)
        {
            case TcpState.Established:
                connection.State = TcpState.CloseWait;
                break;
            case TcpState.FinWait1:
                connection.State = TcpState.Closing;
                break;
            case TcpState.FinWait2:
                connection.EnterTimeWait(segment.Now);
                break;
            default:
                return;
        }

        connection.Layer.Want(connection);
        connection.Raise(TcpEvents.ReadClosed);
    }

    /// <summary>RFC 3168 6.1.3: tell of congestion until the peer says that it has slowed down.</summary>
    private void NoteEcn(in ArrivedSegment segment)
    {
        if (!connection.SendSide.Ecn)
            return;
        if (segment.Has(TcpFlags.CWR))
            connection.Writer.EcnEcho = false;
        if (segment.Ecn == CongestionExperienced)
        {
            connection.Writer.EcnEcho = true;
            Receiving.Ack.Now();
        }
    }
}
