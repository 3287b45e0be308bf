namespace Weir.Capture;

/// <summary>One step of a plan as it is shown, with its inverse.</summary>
/// <param name="Commands">The step as the standard tools' command lines.</param>
/// <param name="Explanation">One sentence: what and why.</param>
public sealed record StepText(string Namespace, IReadOnlyList<string> Commands, IReadOnlyList<string> Inverse, string Explanation)
{
    /// <summary>One sentence: what the inverse does; empty when there is nothing to be undone.</summary>
    public string ReleaseExplanation { get; init; } = "";

    /// <summary>The inverse as a step of its own.</summary>
    internal StepText Inverted() => this with { Commands = Inverse, Inverse = Commands, Explanation = ReleaseExplanation, ReleaseExplanation = Explanation };
}
