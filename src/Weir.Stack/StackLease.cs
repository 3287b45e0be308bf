using Weir.TcpIp.Dhcp;

namespace Weir.Stack;

/// <summary>A loop's DHCP client, and who waits for its lease.</summary>
internal sealed class StackLease
{
    private readonly StackLoop _loop;
    private readonly DhcpClient _client;
    private TaskCompletionSource _changed = NewSource();

    internal StackLease(StackLoop loop, DhcpClient client)
    {
        (_loop, _client) = (loop, client);
        client.Changed = _ => Interlocked.Exchange(ref _changed, NewSource()).TrySetResult();
    }

    /// <summary>Under the gate.</summary>
    internal DhcpLease? Current => _client.Lease;

    internal async ValueTask<DhcpLease> WaitAsync(Task<Exception?> ended, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_loop.Gate)
            {
                ObjectDisposedException.ThrowIf(_loop.HasEnded || ended.IsCompleted, typeof(TcpStack));
                if (Current is { } lease)
                    return lease;
                changed = _changed.Task;
            }

            await Task.WhenAny(changed, ended).WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Under the gate.</summary>
    internal void Release(TimeSpan now) => _client.Release(now);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
