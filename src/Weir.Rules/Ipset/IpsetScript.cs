namespace Weir.Rules.Ipset;

/// <summary>A line with its place in the text.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Text">As it stands in the text.</param>
/// <param name="Command">What it says.</param>
public sealed record IpsetLine(int Number, string Text, IpsetCommand Command);

/// <summary>A text of <c>ipset save</c>, or for <c>ipset restore</c>.</summary>
public sealed record IpsetScript(IReadOnlyList<IpsetLine> Lines)
{
    /// <summary>As <c>ipset save</c> prints it.</summary>
    public override string ToString() => string.Concat(Lines.Select(line => IpsetText.Print(line.Command) + "\n"));
}
