using System.Threading.Tasks.Sources;

namespace Weir.Stack.Streams;

/// <summary>Something that one caller at a time waits for, again and again, without an allocation. All but the result is called under the loop's gate.</summary>
internal sealed class AsyncSignal(StackLoop loop) : IValueTaskSource
{
    // What waits continues on the pool: application code runs on a stack's thread only if that was asked for, and never under its gate.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private bool _isAwaited;

    // Longer than it is awaited: until who waited has taken the result, the source can't be used again. That happens without the gate.
    private volatile bool _isInUse;

    /// <summary>The next of those that the loop completes after its turn.</summary>
    internal AsyncSignal? Next { get; set; }

    /// <exception cref="InvalidOperationException">Somebody waits already, or is just about to go on; that one is not disturbed.</exception>
    internal ValueTask Wait()
    {
        if (_isInUse)
            throw new InvalidOperationException("Another operation of this kind is under way: a stream has one reader and one writer at a time.");
        _core.Reset();
        (_isAwaited, _isInUse) = (true, true);
        return new ValueTask(this, _core.Version);
    }

    internal void Set()
    {
        if (!_isAwaited)
            return;
        _isAwaited = false;
        if (!loop.TryDefer(this))
            Complete();
    }

    /// <summary>What waited goes on. Needs no gate: <see cref="Set"/> has decided.</summary>
    internal void Complete(bool inline = false)
    {
        _core.RunContinuationsAsynchronously = !inline;
        _core.SetResult(true);
    }

    internal void Fail(Exception exception)
    {
        if (!_isAwaited)
            return;
        _isAwaited = false;
        _core.RunContinuationsAsynchronously = true;
        _core.SetException(exception);
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            _isInUse = false;
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
