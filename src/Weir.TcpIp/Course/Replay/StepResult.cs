namespace Weir.TcpIp.Course.Replay;

/// <summary>What became of one case, a line of a step file.</summary>
public sealed record StepResult
{
    /// <summary>Empty if the line does not tell it.</summary>
    public string Suite { get; init; } = "";

    public string Test { get; init; } = "";

    /// <summary>The steps whose expectation did not hold, in order.</summary>
    public IReadOnlyList<StepFailure> Failures { get; init; } = [];

    /// <summary>Why the line can't be understood; null: it can, and all its steps were run.</summary>
    public string? Error { get; init; }

    public bool HasPassed => Error is null && Failures.Count == 0;
}

/// <summary>A step whose expectation did not hold.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Step">The step as the file has it, JSON.</param>
/// <param name="Seen">What was there instead.</param>
public sealed record StepFailure(int Number, string Step, string Seen);
