namespace Weir.Capture;

/// <summary>One step of a plan as it is shown, with its inverse.</summary>
/// <param name="Commands">The step as the standard tools' command lines.</param>
/// <param name="Explanation">One sentence: what and why.</param>
public sealed record StepText(string Namespace, IReadOnlyList<string> Commands, IReadOnlyList<string> Inverse, string Explanation);
