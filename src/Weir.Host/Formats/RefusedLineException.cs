namespace Weir.Host.Formats;

/// <summary>The kernel refused a line of a text. The namespace is as it was before.</summary>
/// <param name="line">Counted from 1; 0 when the kernel named none.</param>
/// <param name="text">The line as it stands.</param>
/// <param name="refusal">The kernel's words; <see cref="Exception.InnerException"/> has all of them.</param>
public sealed class RefusedLineException(int line, string text, string refusal, Exception inner)
    : Exception($"line {line}: {refusal}\n  {text}", inner)
{
    public int Line { get; } = line;

    public string Text { get; } = text;

    public string Refusal { get; } = refusal;
}
