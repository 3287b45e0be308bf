using System.Buffers;
using System.Runtime.ExceptionServices;
using Weir.Stack.Devices;
using Weir.Stack.Streams;
using Weir.TcpIp;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Tcp;

namespace Weir.Stack;

/// <summary>One stack, its port, and the thread that owns both.</summary>
/// <remarks>
/// The thread reads packets in batches, runs the timers, sends what is due, and waits: for a packet, or for the stack's next deadline. The gate is
/// held for one batch at a time. Application threads take it for a read or a write, and send what that makes due themselves, so that a request does
/// not wait for a thread to wake; the owner is woken only when its sleep would be too long for a new deadline. To let them in between two packets was
/// tried, and made bulk no faster.
/// </remarks>
internal sealed class StackLoop
{
    /// <summary>Packets between two looks at what is due: ACKs are that late at most, and others wait for the gate that long.</summary>
    private const int Batch = 256;

    /// <summary>The same in bytes, for packets of several segments.</summary>
    private const int BatchBytes = 1 << 20;

    private readonly IPacketPort _port;
    private readonly int _interface;
    private readonly bool _hasNeighbors;
    private readonly TimeSpan _spin;
    private readonly Action<Exception> _failed;
    private readonly HashSet<StreamEnd> _ends = [];
    private readonly HashSet<TcpStackListener> _listeners = [];
    private readonly PassedPackets _passed = new(ArrayPool<byte>.Shared);
    private readonly Thread _thread;
    private TaskCompletionSource? _drained;
    private Exception? _failure;
    private TimeSpan _wakesAt;
    private AsyncSignal? _deferred;
    private bool _isAsleep, _isStopping, _isInTurn, _isClosed;

    internal StackLoop(IPacketPort port, NetworkStack stack, int interfaceIndex, string name, TimeSpan spin, Action<Exception> failed)
    {
        _port = port;
        Stack = stack;
        _interface = interfaceIndex;
        _hasNeighbors = port.Capabilities.Medium == DeviceMedium.Ethernet;
        _spin = spin;
        _failed = failed;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    /// <summary>Held by whoever touches the stack, or anything that it calls.</summary>
    internal Lock Gate { get; } = new();

    internal NetworkStack Stack { get; }

    /// <inheritdoc cref="TcpStackOptions.InlineContinuations"/>
    internal bool InlineContinuations { get; init; }

    /// <inheritdoc cref="TcpStackOptions.Clock"/>
    internal required Func<TimeSpan> Clock { get; init; }

    /// <summary>Null: addresses are given.</summary>
    internal StackLease? Lease { get; set; }

    /// <summary>Null: this loop is alone.</summary>
    internal LoopSiblings? Siblings { get; init; }

    /// <summary>What comes now was given by another loop.</summary>
    internal bool IsTakingPassed { get; private set; }

    /// <summary>Under the gate: nothing may be sent any more, the port may be closed.</summary>
    internal bool HasEnded => _isStopping || _failure is not null;

    internal void Start() => _thread.Start();

    /// <summary>Of any thread: a segment that came to another queue and is this loop's.</summary>
    internal void PassSegment(in SegmentArrival arrival, ReadOnlySpan<byte> segment)
    {
        _passed.AddSegment(arrival, segment);
        _port.Wake();
    }

    /// <summary>The same of an ICMP error that may be this loop's.</summary>
    internal void PassError(in TcpIcmpError error)
    {
        _passed.AddError(error);
        _port.Wake();
    }

    /// <summary>The same of a frame that is for all loops.</summary>
    internal void PassFrame(ReadOnlySpan<byte> frame, in PacketOffload offload)
    {
        _passed.AddFrame(frame, offload);
        _port.Wake();
    }

    /// <summary>Under the gate, after a change: sends what is due, and sees to it that the owner wakes in time.</summary>
    internal void Changed()
    {
        // What came before the end may still be read. The end of a turn sends for all.
        if (HasEnded || _isInTurn)
            return;
        try
        {
            Stack.Transmit(Clock());
        }
#pragma warning disable CA1031 // The port's. It ends the stack, as in its own thread, and is told to all there, whoever was the first to send.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = exception;
            _port.Wake();
            return;
        }

        TellDrained();
        if (!_isAsleep || Stack.NextDeadline is not { } deadline || deadline >= _wakesAt)
            return;
        _wakesAt = deadline;
        _port.Wake();
    }

    /// <summary>
    /// Under the gate. During a turn what has been signalled is kept until the gate is free: who is woken earlier comes for it, in vain, with the rest of
    /// the batch still to come.
    /// </summary>
    internal bool TryDefer(AsyncSignal signal)
    {
        if (!_isInTurn)
            return false;
        signal.Next = _deferred;
        _deferred = signal;
        return true;
    }

    internal void Add(StreamEnd end) => _ends.Add(end);

    internal void Remove(StreamEnd end) => _ends.Remove(end);

    internal void Add(TcpStackListener listener) => _listeners.Add(listener);

    internal void Remove(TcpStackListener listener) => _listeners.Remove(listener);

    /// <summary>Completes when all that was written has been delivered.</summary>
    internal Task WhenDrained()
    {
        lock (Gate)
        {
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            TellDrained();
            return _drained.Task;
        }
    }

    /// <summary>Ends the thread.</summary>
    internal void Stop()
    {
        lock (Gate)
        {
            if (!_isStopping)
            {
                _isStopping = true;
                _port.Wake();
            }
        }

        _thread.Join();
    }

    /// <summary>When no loop's thread runs any more: closes the port; who still waits is told.</summary>
    internal void Close()
    {
        if (Interlocked.Exchange(ref _isClosed, true))
            return;
        // First, so that none of them sends on a port that is closed.
        FailAll(new ObjectDisposedException(nameof(TcpStack)));
        _port.Dispose();
    }

    private void Run()
    {
        try
        {
            var pause = new PauseBetweenPackets(_spin);
            while (true)
            {
                TimeSpan now, deadline;
                AsyncSignal? deferred;
                Pause next;
                lock (Gate)
                {
                    _isAsleep = false;
                    if (_failure is { } failure)
                        ExceptionDispatchInfo.Throw(failure);
                    if (_isStopping)
                        return;
                    now = Clock();
                    next = pause.After(Turn(now), now);
                    (deferred, _deferred) = (_deferred, null);
                    deadline = Stack.NextDeadline ?? TimeSpan.MaxValue;
                    if (next == Pause.Sleep)
                    {
                        _isAsleep = true;
                        _wakesAt = deadline;
                    }
                }

                CompleteAll(deferred);
                if (next == Pause.Sleep)
                    _port.Wait(deadline == TimeSpan.MaxValue ? null : deadline - now);
                else if (next == Pause.Look)
                    Thread.Yield(); // The peer may want this very processor.
            }
        }
        catch (Exception exception)
        {
            lock (Gate)
                (_isInTurn, _isStopping) = (false, true);
            CompleteAll(_deferred);
            FailAll(exception);
            _failed(exception);
        }
    }

    private void CompleteAll(AsyncSignal? first)
    {
        while (first is { } signal)
        {
            // It may be waited for again, and deferred again, as soon as it is completed.
            first = signal.Next;
            signal.Complete(InlineContinuations);
        }
    }

    /// <summary>A batch of packets, the timers, and what is due; true when there was a packet.</summary>
    private bool Turn(TimeSpan now)
    {
        _isInTurn = true;
        var count = 0;
        var bytes = 0;
        while (count < Batch && bytes < BatchBytes && _port.TryReceive(out var packet, out var offload))
        {
            count++;
            bytes += packet.Length;
            if (_hasNeighbors)
                Siblings?.PassIfOfNeighbors(packet, offload);
            if (!packet.IsEmpty)
                Stack.Receive(_interface, packet, offload, now);
        }

        IsTakingPassed = true;
        var passed = _passed.Deliver(Stack, _interface, now);
        IsTakingPassed = false;

        if (Stack.NextDeadline <= now)
            Stack.Expire(now);
        Stack.Transmit(now);
        TellDrained();
        _isInTurn = false;
        return passed || count > 0;
    }

    /// <summary>Under the gate. Nobody waits for it before the end of the stack.</summary>
    private void TellDrained()
    {
        if (_drained is not null && _ends.All(end => end.IsDelivered))
            _drained.TrySetResult();
    }

    private void FailAll(Exception exception)
    {
        lock (Gate)
        {
            foreach (var end in _ends)
                end.Fail(exception);
            _ends.Clear();
            foreach (var listener in _listeners)
                listener.End();
            _listeners.Clear();
            TellDrained();
        }
    }
}
