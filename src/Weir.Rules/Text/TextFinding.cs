namespace Weir.Rules.Text;

/// <summary>Something in a text that was not understood, or can't be right.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Text">The line as it stands.</param>
/// <param name="Message">What is the matter and, where it is known, how to mend it: a sentence.</param>
public sealed record TextFinding(int Line, string Text, string Message)
{
    public override string ToString() => $"line {Line}: {Message}\n  {Text}";
}
