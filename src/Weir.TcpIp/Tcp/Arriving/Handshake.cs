using Weir.Packets;

namespace Weir.TcpIp.Tcp.Arriving;

/// <summary>What a SYN says, and what both ends agree on.</summary>
internal readonly struct Handshake(TcpConnection connection)
{
    private SendHalf Sending => connection.SendSide;

    private ReceiveHalf Receiving => connection.ReceiveSide;

    /// <summary>RCV.NXT, IRS and the options of the peer's SYN.</summary>
    public void TakeSyn(in ArrivedSegment syn)
    {
        Receiving.Synchronize(syn.Sequence);
        if (syn.Options.Mss > 0)
            connection.PeerMss = Math.Max((int)syn.Options.Mss, 64);
        connection.Timestamps.Agreed = connection.Profile.Timestamps && syn.Options.HasTimestamps;
        connection.Timestamps.Take(syn.Options.TsVal, syn.Now);
        connection.SelectiveAcks = connection.Profile.SelectiveAcknowledgment && syn.Options.SackPermitted;
        connection.Scaled = connection.Profile.WindowScaling && syn.Options.HasWindowScale;
        Sending.Shift = connection.Scaled ? syn.Options.WindowScale : 0;
        if (!connection.Scaled)
            Receiving.Shift = 0;
        if (connection.State == TcpState.SynReceived)
            Sending.Ecn = connection.Profile.Ecn != EcnMode.Off && syn.Has(TcpFlags.ECE) && syn.Has(TcpFlags.CWR);
    }

    public void Establish(in ArrivedSegment segment, long window)
    {
        int mss = Math.Min(Math.Min(Math.Min(connection.Path.MaxSegment, connection.PeerMss + TcpHeader.Size), Sending.Mtu.Limit) - connection.HeaderLength, connection.Profile.MaxPayload);
        Sending.Start(Math.Max(mss, 1), connection.SelectiveAcks);
        Sending.UpdateWindow(segment.Seq, segment.Ack, window);
        Sending.Acknowledge(segment, connection.Timestamps.Agreed ? connection.Timestamps.SentAt(segment.Options.TsEcr, segment.Now) : -1, duplicateAck: false);
        connection.State = Sending.FinQueued ? TcpState.FinWait1 : TcpState.Established;
        connection.StartIdle(segment.Now);
        connection.Raise(TcpEvents.Connected);
        connection.Listener?.Established(connection);
        connection.Layer.Want(connection);
    }

    public void SynchronizeAgain()
    {
        Sending.SynchronizeAgain();
        connection.Layer.Want(connection);
    }
}
