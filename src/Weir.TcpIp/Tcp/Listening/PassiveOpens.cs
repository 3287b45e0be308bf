using Weir.Packets;

namespace Weir.TcpIp.Tcp.Listening;

/// <summary>Segments that belong to no connection: who listens, what a SYN becomes, and the reset for the rest.</summary>
internal sealed class PassiveOpens(TcpLayer layer, UInt128 cookieKey)
{
    private readonly CookieHandshake _cookies = new(layer, cookieKey);

    public ListenerTable Listeners { get; } = new();

    // RFC 9293 3.10.7.2, LISTEN STATE, and where nobody listens 3.10.7.1, CLOSED STATE.
    public void Receive(in FourTuple tuple, ref ArrivedSegment segment)
    {
        // First, the RST bit.
        if (segment.Has(TcpFlags.RST) || layer.Paths.Find(tuple.LocalAddress, tuple.RemoteAddress) is not { } path)
            return;

        TcpListener? listener = Listeners.Find(tuple.LocalAddress, tuple.LocalPort, segment.IsLocal);
        if (listener is null && !segment.IsLocal)
            return;

        // Second, the ACK bit: only a cookie makes one acceptable.
        if (segment.Has(TcpFlags.ACK))
        {
            if (segment.Has(TcpFlags.SYN) || listener is null || !_cookies.TryTake(listener, path, tuple, ref segment))
                RefuseUnknown(path, tuple, segment);
            return;
        }

        // Third, the SYN bit.
        if (segment.Has(TcpFlags.SYN) && !segment.Has(TcpFlags.FIN) && listener is not null)
            Listen(listener, path, tuple, segment);
        else if (listener is null)
            RefuseUnknown(path, tuple, segment);
    }

    private void RefuseUnknown(ISegmentPath path, in FourTuple tuple, in ArrivedSegment segment)
    {
        layer.Counters.NoConnection++;
        if (segment.Has(TcpFlags.ACK))
            layer.SendReset(path, tuple, segment.Acknowledgment, 0, withAck: false);
        else
            layer.SendReset(path, tuple, 0, segment.Sequence + (uint)segment.Length, withAck: true);
    }

    private void Listen(TcpListener listener, ISegmentPath path, in FourTuple tuple, in ArrivedSegment syn)
    {
        if (!listener.HasRoom || layer.IsFull)
        {
            layer.Counters.ListenOverflows++;
            return;
        }

        bool flooded = listener.WantsCookie;
        if (flooded && !listener.Options.SynCookies)
        {
            layer.Counters.ListenOverflows++;
            return;
        }

        if (flooded && listener.Options.Accept is null)
        {
            _cookies.Send(listener, path, tuple, syn);
            return;
        }

        TcpConnection connection = layer.New(path, tuple, listener.Options.Profile, syn.Interface, previousEnd: syn.PreviousEnd);
        listener.Opened(connection);
        connection.OpenPassively(syn);
        AcceptDecision decision = Ask(connection, listener);
        if (flooded)
        {
            // Nothing may be kept: what was made is taken back, and only the decision stays.
            connection.End(TcpError.Aborted);
            if (decision == AcceptDecision.Accept)
                _cookies.Send(listener, path, tuple, syn);
            else if (decision is AcceptDecision.Reject or AcceptDecision.Unreachable)
                RefuseUnknown(path, tuple, syn);
            return;
        }

        layer.Counters.PassiveOpens++;
        connection.Decide(decision, layer.Now);
        layer.Flush(connection);
    }

    private AcceptDecision Ask(TcpConnection connection, TcpListener listener)
    {
        bool answered = false;
        try
        {
            AcceptDecision decision = connection.Ask(listener, layer.Now);
            answered = true;
            return decision;
        }
        finally
        {
            // The callback has thrown: nobody would ever decide.
            if (!answered)
                connection.End(TcpError.Aborted);
        }
    }
}
