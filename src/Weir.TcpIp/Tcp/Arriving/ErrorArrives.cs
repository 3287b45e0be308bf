namespace Weir.TcpIp.Tcp.Arriving;

/// <summary>RFC 9293 3.9.2.2: an ICMP error about one of the connection's segments.</summary>
internal readonly struct ErrorArrives(TcpConnection connection)
{
    private SendHalf Sending => connection.SendSide;

    public void Receive(in TcpIcmpError error, long now)
    {
        // RFC 5927 4.1: only about a segment that is in the network.
        long quoted = ArrivedSegment.Unwrap(error.Sequence, Sending.Iss, Sending.SndUna);
        if (quoted < Sending.SndUna || quoted >= Math.Max(Sending.SndNxt, 1))
            return;

        if (error.Kind == TcpIcmpErrorKind.PacketTooBig)
            TakeTooBig(error.MaxSegment, now);
        else if (EndsOpening(error.Kind))
            connection.End(error.Kind is TcpIcmpErrorKind.PortUnreachable or TcpIcmpErrorKind.ProtocolUnreachable ? TcpError.Refused : TcpError.Unreachable);
        else
            connection.SoftUnreachable = true;
    }

    private void TakeTooBig(int maxSegment, long now)
    {
        if (!Sending.Mtu.PacketTooBig(maxSegment, Sending.Mss + connection.HeaderLength))
            return;
        bool all = Sending.Mtu.MayResendAll(now, Sending.Rtt.HasSample ? Sending.Rtt.Srtt : Sending.Rtt.Rto);
        connection.PathChanged(tooBig: all ? int.MaxValue : 1);
        connection.Layer.Want(connection);
    }

    /// <summary>RFC 5461 4.1, RFC 9293 3.9.2.2: errors end a handshake; an open connection goes on and retransmits.</summary>
    /// <remarks>One of a listener too, once its SYN was answered (net/ipv4/tcp_ipv4.c tcp_req_err).</remarks>
    private bool EndsOpening(TcpIcmpErrorKind kind)
    {
        bool opening = connection.State == TcpState.SynSent || connection is { State: TcpState.SynReceived, Listener: not null, Pending: null };
        return opening && (kind != TcpIcmpErrorKind.Unreachable || connection.Profile.UnreachableEndsOpening);
    }
}
