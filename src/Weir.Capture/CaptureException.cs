namespace Weir.Capture;

/// <summary>Why a host can't be changed as asked: all reasons at once.</summary>
public sealed class CaptureException(string message, IReadOnlyList<string> findings, Exception? cause = null) : Exception(message, cause)
{
    public IReadOnlyList<string> Findings { get; } = findings;
}
