namespace Weir.Agent;

/// <summary>Says to those who wait that something is different now. Nothing is queued: many changes before a waiter has run are one.</summary>
/// <remarks>Any thread may call. <see cref="Set"/> costs one read while nobody waits.</remarks>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _next;

    /// <summary>Ends with the first <see cref="Set"/> after this was called: call it, look at the state, then wait.</summary>
    public Task Next()
    {
        if (Volatile.Read(ref _next) is { } waiting)
            return waiting.Task;
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref _next, own, null) ?? own).Task;
    }

    public void Set()
    {
        if (Volatile.Read(ref _next) is not null)
            Interlocked.Exchange(ref _next, null)?.TrySetResult();
    }
}
