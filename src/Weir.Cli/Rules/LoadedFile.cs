namespace Weir.Cli.Rules;

/// <summary>What became of a file of <c>weir rules load</c>.</summary>
/// <param name="File">As it was named; <c>-</c> for standard input.</param>
/// <param name="Formats">Of its parts, in the order in which they were installed.</param>
/// <param name="Installed">False after a check.</param>
/// <param name="Messages">What was, or would be, sent to the kernel.</param>
/// <param name="Findings">What is wrong with its lines; only a check goes on past them.</param>
public sealed record LoadedFile(string File, IReadOnlyList<string> Formats, bool Installed, IReadOnlyList<string> Messages, IReadOnlyList<string> Findings);
