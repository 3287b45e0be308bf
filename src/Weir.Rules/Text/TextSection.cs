namespace Weir.Rules.Text;

/// <summary>A part of a text that is in one format.</summary>
/// <param name="Format">The format's word (<see cref="TextFormat"/>).</param>
/// <param name="Text">The part with as many empty lines before it as there are lines before it in the whole, so that line numbers are those of the whole.</param>
public sealed record TextSection(string Format, string Text);
