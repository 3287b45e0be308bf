namespace Weir.Rules.Conntrack;

/// <summary>A line of <c>conntrack -L</c>.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Text">As it stands.</param>
/// <param name="Flow">What it says; null for the tool's own words, empty lines, and what was not understood.</param>
public sealed record ConntrackLine(int Number, string Text, ConntrackFlow? Flow);

/// <summary>A text of <c>conntrack -L</c>.</summary>
public sealed record ConntrackListing(IReadOnlyList<ConntrackLine> Lines)
{
    public IEnumerable<ConntrackFlow> Flows => Lines.Select(line => line.Flow).OfType<ConntrackFlow>();

    public override string ToString() => string.Concat(Lines.Select(line => (line.Flow is { } flow ? ConntrackText.Print(flow) : line.Text) + "\n"));
}
