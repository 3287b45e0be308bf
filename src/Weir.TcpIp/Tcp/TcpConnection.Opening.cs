using Weir.Packets;
using Weir.TcpIp.Tcp.Listening;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

// The handshake: what a SYN says, who answers it, and what both ends agree on.
public sealed partial class TcpConnection
{
    // 3.10.7.2, third: a listener has got a SYN.
    internal void OpenPassively(in ArrivedSegment syn)
    {
        State = TcpState.SynReceived;
        _receive.Shift = ReceiveHalf.ShiftFor(_profile.MaxReceiveCapacity);
        TakeSyn(syn);
        _send.Synchronize(syn.Now);
        _segmentsReceived++;
    }

    // A SYN cookie came back: the SYN and its answer were never stored, and are made up here.
    internal void OpenFromCookie(in ArrivedSegment syn)
    {
        OpenPassively(syn);
        _send.Board.ForgetLosses();

        // The window that the SYN,ACK had.
        _receive.Advertise(scaled: false);
    }

    /// <summary>Asks the listener's callback; the SYN waits for the answer.</summary>
    internal AcceptDecision Ask(TcpListener listener, long now)
    {
        if (listener.Options.Accept is not { } accept)
            return AcceptDecision.Accept;
        Pending = new PendingConnection(_layer, this);
        _stateDeadline = now + listener.Options.DeferTimeout.Ticks;
        return accept(Pending);
    }

    /// <summary>What is done with the SYN.</summary>
    internal void Decide(AcceptDecision decision, long now)
    {
        switch (decision)
        {
            case AcceptDecision.Accept:
                (Pending, _stateDeadline) = (null, Deadline.Never);
                _layer.Want(this);
                break;
            case AcceptDecision.Reject:
                _layer.SendReset(_path, Tuple, 0, _receive.NextWire, withAck: true);
                End(TcpError.Aborted);
                break;
            case AcceptDecision.Drop:
                End(TcpError.Aborted);
                break;
        }
    }

    /// <summary>RCV.NXT, IRS and the options of the peer's SYN.</summary>
    private void TakeSyn(in ArrivedSegment syn)
    {
        _receive.Synchronize(syn.Sequence);
        if (syn.Options.Mss > 0)
            _peerMss = Math.Max((int)syn.Options.Mss, 64);
        _timestamps.Agreed = _profile.Timestamps && syn.Options.HasTimestamps;
        _timestamps.Take(syn.Options.TsVal, syn.Now);
        _selectiveAcks = _profile.SelectiveAcknowledgment && syn.Options.SackPermitted;
        _scaled = _profile.WindowScaling && syn.Options.HasWindowScale;
        _send.Shift = _scaled ? syn.Options.WindowScale : 0;
        if (!_scaled)
            _receive.Shift = 0;
        if (State == TcpState.SynReceived)
            _send.Ecn = _profile.Ecn != EcnMode.Off && syn.Has(TcpFlags.ECE) && syn.Has(TcpFlags.CWR);
    }

    private void Establish(in ArrivedSegment segment, long window)
    {
        int mss = Math.Min(Math.Min(Math.Min(_path.MaxSegment, _peerMss + TcpHeader.Size), _send.Mtu.Limit) - HeaderLength, _profile.MaxPayload);
        _send.Start(Math.Max(mss, 1), _selectiveAcks);
        _send.UpdateWindow(segment.Seq, segment.Ack, window);
        _send.Acknowledge(segment, _timestamps.Agreed ? _timestamps.SentAt(segment.Options.TsEcr, segment.Now) : -1, duplicateAck: false);
        State = _send.FinQueued ? TcpState.FinWait1 : TcpState.Established;
        _idle.Start(segment.Now);
        Raise(TcpEvents.Connected);
        Listener?.Established(this);
        _layer.Want(this);
    }

    private void SynchronizeAgain()
    {
        _send.SynchronizeAgain();
        _layer.Want(this);
    }

    private int OwnMss() => Math.Min(_path.MaxSegment - TcpHeader.Size, _profile.MaxPayload);

    private void UpdateMss()
    {
        int segment = Math.Min(Math.Min(_path.MaxSegment, _peerMss + TcpHeader.Size), _send.Mtu.Limit);
        _send.Mtu.Bound(Math.Min(_path.MaxSegment, _peerMss + TcpHeader.Size));
        int mss = Math.Min(segment - HeaderLength, _profile.MaxPayload);
        if (mss != _send.Mss && _send.SndUna > 0)
            _send.ChangeMss(Math.Max(mss, 1));
    }

    internal void PathChanged() => UpdateMss();

    /// <summary>Payload of the largest super-segment; one segment's where the device does not cut.</summary>
    internal int MaxOffloadPayload(int mss)
    {
        int offload = Math.Min(_path.MaxSegmentOffload, ushort.MaxValue - 60) - HeaderLength;
        return offload < 2 * mss ? mss : offload - (offload % mss);
    }
}
