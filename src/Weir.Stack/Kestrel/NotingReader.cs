using System.IO.Pipelines;

namespace Weir.Stack.Kestrel;

/// <summary>The reading end of a pipe that tells when somebody has begun to read.</summary>
internal sealed class NotingReader(PipeReader reader) : PipeReader
{
    /// <summary>Nobody reads, it seems, and nobody will.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _isInUse = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Until the first read, but not for ever: an application may only write.</summary>
    internal async ValueTask WaitUntilInUseAsync()
    {
        try
        {
            await _isInUse.Task.WaitAsync(Patience, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Then not.
        }
    }

    /// <summary>There was a read, or there will be none.</summary>
    internal void Use() => _isInUse.TrySetResult();

    public override bool TryRead(out ReadResult result)
    {
        Use();
        return reader.TryRead(out result);
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        Use();
        return reader.ReadAsync(cancellationToken);
    }

    public override void AdvanceTo(SequencePosition consumed) => reader.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => reader.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => reader.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        Use();
        reader.Complete(exception);
    }
}
