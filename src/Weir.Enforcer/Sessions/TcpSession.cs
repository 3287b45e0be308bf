using Weir.Packets;
using static Weir.Enforcer.Sessions.TcpSessionState;

namespace Weir.Enforcer.Sessions;

/// <summary>A TCP session seen from outside. A mutable struct that lives in the session table: always by ref.</summary>
/// <remarks>Read before a change: RFC 9293 3.3.2, RFC 5961, net/netfilter/nf_conntrack_proto_tcp.c (tcp_conntracks, tcp_timeouts).
/// It never asks for a frame to be dropped because numbers look odd; a wrong guess would break somebody's connection.</remarks>
internal struct TcpSession
{
    /// <summary>How far behind the acknowledged byte a reset may lie to be believed; RFC 5961 3 wants it inside the window, whose scale we do not track.</summary>
    private const uint ResetWindow = 1 << 20;

    private uint _clientAcknowledged;
    private uint _serverAcknowledged;
    private Seen _seen;

    [Flags]
    private enum Seen : byte
    {
        None = 0,
        ClientFin = 1,
        ServerFin = 2,
        ClientAck = 4,
        ServerAck = 8,
    }

    public TcpSessionState State { get; private set; }

    /// <summary>Both ends were seen, so no single sender can have made this session up.</summary>
    public readonly bool IsOpen => State is Established or FinWait or LastAck or TimeWait;

    public readonly bool IsEnding => State is LastAck or TimeWait or Closed;

    /// <summary>One segment with valid flags. <see cref="TcpTransition.Invalid"/>: it changes nothing and does not fit.</summary>
    public TcpTransition Receive(Sender sender, TcpFlags flags, uint sequence, uint acknowledgment)
    {
        if ((flags & TcpFlags.RST) != 0 && !IsResetBelieved(sender, sequence))
            return TcpTransition.Unchanged;

        TcpSessionState? next = Next(State, sender, flags);
        if (next is null)
            return TcpTransition.Invalid;

        if (next == SynSent && State != SynSent)
            _seen = Seen.None;
        if ((flags & TcpFlags.ACK) != 0)
            Acknowledge(sender, acknowledgment);
        if ((flags & TcpFlags.FIN) != 0)
        {
            _seen |= sender == Sender.Client ? Seen.ClientFin : Seen.ServerFin;
            if (next == FinWait && (_seen & (Seen.ClientFin | Seen.ServerFin)) == (Seen.ClientFin | Seen.ServerFin))
                next = LastAck;
        }
        if (next == State)
            return TcpTransition.Unchanged;
        State = next.Value;
        return TcpTransition.Advanced;
    }

    /// <summary>Acknowledgments passed unseen: those that are known are too old to judge a reset by.</summary>
    public void ForgetAcknowledgments() => _seen &= ~(Seen.ClientAck | Seen.ServerAck);

    /// <summary>nf_conntrack_proto_tcp.c tcp_timeouts.</summary>
    public readonly TimeSpan Timeout(SessionTimeouts timeouts) => State switch
    {
        None or SynSent => timeouts.TcpSynSent,
        SynReceived => timeouts.TcpSynReceived,
        Established => timeouts.TcpEstablished,
        FinWait => timeouts.TcpFinWait,
        LastAck => timeouts.TcpLastAck,
        TimeWait => timeouts.TcpTimeWait,
        _ => timeouts.TcpClosed,
    };

    /// <summary>nf_conntrack_proto_tcp.c tcp_conntracks. Rows that are missing there (IV) and present here let a session go on whose
    /// middle part we did not see: open before the capture, or passed by the kernel while the loop stood still.</summary>
    private static TcpSessionState? Next(TcpSessionState state, Sender sender, TcpFlags flags) => (Kind(flags), sender, state) switch
    {
        (TcpFlags.RST, _, _) => Closed,

        (TcpFlags.SYN, Sender.Client, None or SynSent) => SynSent,
        (TcpFlags.SYN, Sender.Client, TimeWait or Closed) => SynSent,         // port used again
        (TcpFlags.SYN, Sender.Server, SynSent) => SynReceived,                // opening from both ends
        (TcpFlags.SYN, _, _) => state,                                       // answered by a challenge ACK, RFC 5961 4

        (TcpFlags.SYN | TcpFlags.ACK, Sender.Server, None or SynSent) => SynReceived,
        (TcpFlags.SYN | TcpFlags.ACK, Sender.Client, None or SynSent) => null,
        (TcpFlags.SYN | TcpFlags.ACK, _, _) => state,                         // sent again

        (TcpFlags.FIN, _, None or SynSent or SynReceived or Established) => FinWait,
        (TcpFlags.FIN, _, FinWait) => FinWait,                               // LastAck when it is the other end's
        (TcpFlags.FIN, _, _) => state,

        (TcpFlags.ACK, _, None) => Established,
        (TcpFlags.ACK, Sender.Client, SynSent) => SynSent,                    // SYN+ACK not seen, the server's next segment decides
        (TcpFlags.ACK, Sender.Server, SynSent) => Established,
        (TcpFlags.ACK, Sender.Client, SynReceived) => Established,
        (TcpFlags.ACK, Sender.Server, SynReceived) => SynReceived,
        (TcpFlags.ACK, _, LastAck) => TimeWait,
        (TcpFlags.ACK, _, _) => state,
        _ => null,
    };

    /// <summary>The one flag that decides, in the order of nf_conntrack_proto_tcp.c get_conntrack_index.</summary>
    private static TcpFlags Kind(TcpFlags flags) =>
        (flags & TcpFlags.RST) != 0 ? TcpFlags.RST
        : (flags & TcpFlags.SYN) != 0 ? flags & (TcpFlags.SYN | TcpFlags.ACK)
        : (flags & TcpFlags.FIN) != 0 ? TcpFlags.FIN
        : flags & TcpFlags.ACK;

    private readonly bool IsResetBelieved(Sender sender, uint sequence)
    {
        if (State is not (Established or FinWait or LastAck))
            return true;
        bool known = (_seen & (sender == Sender.Client ? Seen.ServerAck : Seen.ClientAck)) != 0;
        uint expected = sender == Sender.Client ? _serverAcknowledged : _clientAcknowledged;
        return !known || sequence + 1 - expected <= ResetWindow;
    }

    private void Acknowledge(Sender sender, uint acknowledgment)
    {
        if (sender == Sender.Client)
            (_clientAcknowledged, _seen) = (acknowledgment, _seen | Seen.ClientAck);
        else
            (_serverAcknowledged, _seen) = (acknowledgment, _seen | Seen.ServerAck);
    }
}
