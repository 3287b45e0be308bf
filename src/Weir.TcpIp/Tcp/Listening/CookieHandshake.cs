using Weir.Packets;
using Weir.TcpIp.Tcp.Options;
using Weir.TcpIp.Tcp.Security;

namespace Weir.TcpIp.Tcp.Listening;

/// <summary>The handshake under a flood: nothing is kept of a SYN, and a connection is made when its cookie comes back (RFC 4987 3.6).</summary>
internal sealed class CookieHandshake(TcpLayer layer, UInt128 key)
{
    /// <summary>RFC 3168 6.1.1.</summary>
    private const TcpFlags AsksForEcn = TcpFlags.ECE | TcpFlags.CWR;

    private readonly SynCookies _cookies = new(key);

    /// <summary>RFC 4987 3.6: the SYN,ACK of a connection that exists only in it.</summary>
    public void Send(TcpListener listener, ISegmentPath path, in FourTuple tuple, in ArrivedSegment syn)
    {
        TcpProfile profile = listener.Options.Profile;
        Span<byte> options = stackalloc byte[TcpHeader.MaxSize - TcpHeader.Size];
        var writer = new TcpOptionWriter(options);
        bool timestamps = profile.Timestamps && syn.Options.HasTimestamps;
        bool ecn = timestamps && profile.Ecn != EcnMode.Off && (syn.Flags & AsksForEcn) == AsksForEcn;
        if (profile.AnnounceMss)
            writer.WriteMaximumSegmentSize((ushort)Math.Clamp(path.MaxSegment - TcpHeader.Size, 1, profile.MaxPayload));
        if (timestamps)
        {
            SegmentOptions offered = syn.Options;
            offered.SackPermitted &= profile.SelectiveAcknowledgment;
            offered.HasWindowScale &= profile.WindowScaling;
            if (offered.SackPermitted)
                writer.WriteSackPermitted();
            writer.WriteTimestamps(SynCookies.Timestamp(TimestampClock(tuple), offered, ecn), syn.Options.TsVal);
            if (offered.HasWindowScale)
                writer.WriteWindowScale((byte)ReceiveHalf.ShiftFor(profile.MaxReceiveCapacity));
        }

        int header = TcpHeader.Size + writer.Finish().Length;
        Span<byte> segment = path.Begin(header);
        if (segment.IsEmpty)
            return;
        new TcpHeader
        {
            SourcePort = tuple.LocalPort,
            DestinationPort = tuple.RemotePort,
            Sequence = _cookies.Make(tuple, syn),
            Acknowledgment = syn.Sequence + 1,
            HeaderLength = (byte)header,
            Flags = TcpFlags.SYN | TcpFlags.ACK | (ecn ? TcpFlags.ECE : TcpFlags.None),
            Window = (ushort)Math.Min(profile.ReceiveCapacity, ushort.MaxValue),
        }.WriteTo(segment);
        options[..(header - TcpHeader.Size)].CopyTo(segment[TcpHeader.Size..]);
        path.Send(header, 0, 0);
        listener.CookieSent(layer.Now);
        layer.Counters.CookiesSent++;
        layer.Counters.SegmentsSent++;
    }

    /// <summary>The cookie came back in an ACK. False: it is none of ours.</summary>
    public bool TryTake(TcpListener listener, ISegmentPath path, in FourTuple tuple, ref ArrivedSegment ack)
    {
        if (!listener.MayHaveSentCookies(layer.Now))
            return false;
        if (!_cookies.TryCheck(tuple, ack, out ushort mss))
        {
            layer.Counters.CookiesRefused++;
            return false;
        }

        if (listener.DropsLastAck || layer.IsFull)
        {
            // The cookie comes again with what the peer has to say, and holds for a while.
            layer.Counters.ListenOverflows++;
            return true;
        }

        Open(listener, path, tuple, mss, ref ack);
        return true;
    }

    /// <summary>SYN and SYN,ACK are made up, then the ACK is taken.</summary>
    private void Open(TcpListener listener, ISegmentPath path, in FourTuple tuple, ushort mss, ref ArrivedSegment ack)
    {
        // The SYN as it must have been.
        ArrivedSegment syn = ack;
        syn.Sequence--;
        syn.Flags = TcpFlags.SYN;
        syn.Payload = default;
        syn.Options.SackCount = 0;
        syn.Options.Mss = mss;
        if (ack.Options.HasTimestamps)
        {
            SynCookies.ReadTimestamp(ack.Options.TsEcr, ref syn.Options, out bool ecn);
            syn.Flags |= ecn ? AsksForEcn : TcpFlags.None;
        }

        TcpConnection connection = layer.New(path, tuple, listener.Options.Profile, ack.Interface, ack.Acknowledgment - 1);
        listener.Opened(connection);
        connection.OpenFromCookie(syn);
        layer.Counters.CookiesAccepted++;
        layer.Counters.PassiveOpens++;
        connection.Receive(ref ack);
        layer.Flush(connection);
    }

    private uint TimestampClock(in FourTuple tuple) =>
        layer.Sequence.Choose(tuple, layer.Now).TimestampOffset + (uint)(layer.Now / TimeSpan.TicksPerMillisecond);
}
