using System.IO.Pipelines;

namespace Weir.Stack.Kestrel;

/// <summary>The reading end of a pipe that tells when somebody has begun to read.</summary>
internal sealed class NotingReader(PipeReader reader) : PipeReader
{
    private readonly TaskCompletionSource _isInUse = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Until the first read, but not for ever: an application may only write.</summary>
    internal async ValueTask WaitUntilInUseAsync(TimeSpan patience)
    {
        try
        {
            await _isInUse.Task.WaitAsync(patience, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nobody reads, it seems, and nobody will.
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
