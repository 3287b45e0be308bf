using System.Collections.Concurrent;
using Weir.Enforcer.Datapath;
using Weir.Enforcer.Events;
using Weir.Linux;
using Weir.Linux.Rings;

namespace Weir.Enforcer.Loops;

/// <summary>One thread over one ring: waits, takes a batch, judges each frame, sends back what passes. Owns its session table; shares only the policy's reference.</summary>
/// <remarks>
/// Foreign code never runs here, but for the heartbeat, which is a store to memory. Requests from other threads wait in a queue that is looked
/// at once per turn. An exception is a fault of our own: it is reported and the loop ends, rather than let through what it should judge.
/// </remarks>
internal sealed class PacketLoop : IFrameSink, IDisposable
{
    /// <summary>The longest turn without frames; the heartbeat's time-out is several times as long.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(50);

    /// <summary>How often the timer wheel is looked at while frames come.</summary>
    private static readonly TimeSpan ExpireInterval = TimeSpan.FromMilliseconds(20);

    private readonly PacketRing _ring;
    private readonly EnforcerPort? _tap;
    private readonly Action? _heartbeat;
    private readonly PolicyHolder _policy;
    private readonly Action<Exception>? _failed;
    private readonly FrameProcessor _processor;
    private readonly ConcurrentQueue<Action<FrameProcessor, TimeSpan>> _requests = new();
    private readonly Thread _thread;
    private TimeSpan _nextExpire;
    private volatile bool _stop;

    /// <param name="tap">The port to look at, or null for the pipe.</param>
    public PacketLoop(
        string name, PacketRing ring, EnforcerPort? tap, Action? heartbeat, EnforcerOptions options, EventQueue events, ISettledSessions? settled,
        PolicyHolder policy, ulong idBase)
    {
        _ring = ring;
        _tap = tap;
        _heartbeat = heartbeat;
        _policy = policy;
        _failed = options.Failed;
        Settled = settled;
        IdBase = idBase;
        _processor = new FrameProcessor(options, events, settled, tap is null ? this : null, MonotonicClock.Now, idBase);
        if (tap is not null)
            _processor.AddPort(tap);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    public ISettledSessions? Settled { get; }

    /// <summary>What the numbers of this loop's sessions begin with.</summary>
    public ulong IdBase { get; }

    public DatapathCounters Counters => _processor.Counters;

    public ulong SendFailures => _ring.SendFailures;

    public bool HasEnded => !_thread.IsAlive;

    public ulong ReadRingDrops() => _ring.ReadDrops();

    public void Start() => _thread.Start();

    /// <summary>Has the loop's thread do something with its tables, at its next turn.</summary>
    public void Post(Action<FrameProcessor, TimeSpan> request)
    {
        _requests.Enqueue(request);
        _ring.Wake();
    }

    /// <summary>Asks the loop's thread for something; the default when it does not answer within two seconds.</summary>
    public T? Ask<T>(Func<FrameProcessor, TimeSpan, T> question)
        where T : class
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post((processor, now) => answer.TrySetResult(question(processor, now)));
        return answer.Task.Wait(TimeSpan.FromSeconds(2)) ? answer.Task.Result : null;
    }

    /// <summary>Ends the loop, closes its sessions and its ring.</summary>
    public void Dispose()
    {
        _stop = true;
        _ring.Wake();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
            _ring.Dispose();
        else
            _thread.Join();
    }

    void IFrameSink.Send(ReadOnlySpan<byte> frame) => _ring.Send(frame);

    private void Run()
    {
        try
        {
            while (!_stop)
                Turn();
            Answer(MonotonicClock.Now);
            _processor.CloseAll(MonotonicClock.Now);
        }
        catch (Exception fault)
        {
            if (_failed is null)
                Environment.FailFast($"The packet loop over {_ring.Link} failed.", fault);
            _failed(fault);
        }
        finally
        {
            _ring.Dispose();
        }
    }

    private void Turn()
    {
        _heartbeat?.Invoke();
        int count = _ring.Receive(Idle);
        TimeSpan now = MonotonicClock.Now;
        // Read after the batch was collected: a frame that came up because of a new policy is judged by it.
        _processor.Use(_policy.Current);
        Answer(now);
        if (_tap is null)
            JudgeBatch(count, now);
        else
            WatchBatch(_tap.Id, count, now);
        _ring.Release();
        if (now >= _nextExpire)
        {
            _processor.Expire(now);
            _nextExpire = now + ExpireInterval;
        }
    }

    private void JudgeBatch(int count, TimeSpan now)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> frame = _ring.FrameAt(i);
            if (_ring.IsTruncated(i))
                _processor.DropTruncated(frame.Length);
            else if (_processor.ReceiveInline(frame, now) == Verdict.Accept)
                _ring.Return(i);
        }
    }

    private void WatchBatch(ushort portId, int count, TimeSpan now)
    {
        for (int i = 0; i < count; i++)
        {
            if (!_ring.IsTruncated(i))
                _processor.ReceiveTap(portId, _ring.IsOutgoing(i), _ring.FrameAt(i), now);
        }
    }

    private void Answer(TimeSpan now)
    {
        // Those that come meanwhile wait for the next turn.
        for (int left = _requests.Count; left > 0 && _requests.TryDequeue(out Action<FrameProcessor, TimeSpan>? request); left--)
            request(_processor, now);
    }
}
