using Weir.TcpIp.Tcp.Listening;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

// RFC 9293 3.10.1 to 3.10.6: what the application does, and how a connection ends.
public sealed partial class TcpConnection
{
    // 3.10.1 OPEN, active: the layer has chosen addresses and ports.
    internal void Open(long now)
    {
        State = TcpState.SynSent;
        _ecnAsked = _profile.Ecn == EcnMode.Request;
        _receive.Shift = ReceiveHalf.ShiftFor(_profile.MaxReceiveCapacity);
        _send.Synchronize(now);
    }

    /// <summary>3.10.2 SEND. Takes as much as there is room for; 0: none, or closed. <see cref="TcpEvents.Writable"/> follows a write that was cut short.</summary>
    public int Write(ReadOnlySpan<byte> data)
    {
        if (!CanWrite)
            return 0;
        int taken = _layer.Memory.IsFull ? 0 : _send.Write(data);
        _writerWaits |= taken < data.Length;
        _layer.Charge(this);
        _layer.Want(this);
        return taken;
    }

    /// <summary>3.10.3 RECEIVE: the bytes at the front, as many as lie together; valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek() => _receive.Stream.Peek();

    /// <summary>Takes bytes from the front. The peer hears of the room when it is worth a segment.</summary>
    public void Consume(int count)
    {
        if (_receive.Consume(count, _send.Rtt.Srtt, _layer.Now) && State is TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2)
        {
            _receive.Ack.Now();
            _layer.Want(this);
        }

        _layer.Charge(this);
    }

    /// <summary>Takes bytes from the front into <paramref name="destination"/>; 0: nothing there.</summary>
    public int Read(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, Available);
        _receive.Stream.CopyTo(0, destination[..count]);
        Consume(count);
        return count;
    }

    /// <summary>3.10.4 CLOSE of our direction: a FIN follows what is queued. The peer may still send.</summary>
    public void CloseWrite()
    {
        if (_send.FinQueued || State is TcpState.Closed or TcpState.TimeWait)
            return;

        // In SYN-SENT too it waits for the handshake, as in SYN-RECEIVED: what was written is to arrive.
        _send.Close();
        State = State switch
        {
            TcpState.Established => TcpState.FinWait1,
            TcpState.CloseWait => TcpState.LastAck,
            _ => State,
        };
        _layer.Want(this);
    }

    /// <summary>Closes both directions: nobody reads any more. Data that is unread or still comes is answered with a reset (RFC 9293 3.6.1), so that the peer knows.</summary>
    public void Close()
    {
        _readerGone = true;
        if (Available > 0 || State == TcpState.SynSent)
        {
            Abort();
            return;
        }

        CloseWrite();
        if (State == TcpState.FinWait2)
            WaitForFin(_layer.Now);
        _layer.Schedule(this);
    }

    /// <summary>3.10.5 ABORT: the peer gets a reset, everything queued is dropped.</summary>
    public void Abort()
    {
        if (State is TcpState.Closed)
            return;
        if (State is not (TcpState.SynSent or TcpState.TimeWait) && _receive.IsSynchronized)
            _layer.SendReset(_path, Tuple, _send.Iss + (uint)_send.SndNxt, _receive.NextWire, withAck: true);
        End(TcpError.Aborted);
    }

    /// <summary>Ends it: out of all tables. Without an error what was received can still be read.</summary>
    internal void End(TcpError error)
    {
        if (State == TcpState.Closed)
            return;
        bool told = State == TcpState.TimeWait;
        State = TcpState.Closed;
        Error = error;
        _send.Clear();
        _receive.Discard();
        if (error != TcpError.None)
            _receive.Stream.Pop(_receive.Stream.BytesBuffered);
        _layer.Remove(this);
        if (!told)
            Raise(TcpEvents.Closed);
    }

    private const byte CongestionExperienced = 3;

    private void EnterTimeWait(long now)
    {
        bool told = State == TcpState.TimeWait;
        State = TcpState.TimeWait;
        _stateDeadline = now + _profile.TimeWait.Ticks;
        _send.Clear();
        _layer.EnterTimeWait(this);
        if (!told)
            Raise(TcpEvents.Closed);
    }

    private void WaitForFin(long now) => _stateDeadline = now + _profile.FinWait2.Ticks;
}
