namespace Weir.Rules.Tc;

/// <summary>A text of tc: what it prints, what it is told, and what stands between them.</summary>
public sealed record TcText(IReadOnlyList<TcEntry> Entries)
{
    /// <summary>The text that was read, line for line.</summary>
    public override string ToString() => string.Concat(Entries.Select(entry => entry.Text + "\n"));
}

/// <summary>One thing of a text: a line, or the lines that tc prints of one filter.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Text">As it stands, without the last line's end.</param>
public abstract record TcEntry(int Line, string Text);

/// <summary>An empty line, a comment, or a prompt <c>$ tc filter show dev X parent ffff:</c>, which says where the filters below it are.</summary>
public sealed record TcRemark(int Line, string Text) : TcEntry(Line, Text);

/// <summary>What is not understood.</summary>
public sealed record TcUnknown(int Line, string Text) : TcEntry(Line, Text);

/// <summary>Something that tc has printed.</summary>
public sealed record TcShown(int Line, string Text, TcObject Object) : TcEntry(Line, Text);

/// <summary>Something that tc is told: <c>tc filter add …</c>; the word <c>tc</c> is left out in a batch.</summary>
public sealed record TcCommand(int Line, string Text, TcVerb Verb, TcObject Object) : TcEntry(Line, Text);

public enum TcVerb
{
    Add,
    Replace,
    Change,
    Delete,
}

/// <summary>A qdisc, a class or a filter.</summary>
public abstract record TcObject
{
    /// <summary>The link's name; null when neither the line nor the prompt above it says.</summary>
    public string? Device { get; init; }

    public abstract string Kind { get; }
}
