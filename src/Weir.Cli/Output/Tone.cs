namespace Weir.Cli.Output;

/// <summary>What a text means; terminals show it as a colour.</summary>
public enum Tone : byte { Plain, Good, Warning, Bad, Faint, Strong }

/// <summary>A piece of text and what it means.</summary>
public readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string text) => new(text);

    public static Cell From(string text) => new(text);
}

/// <summary>A column's title, and whether its cells are numbers.</summary>
public readonly record struct Column(string Title, bool IsNumber = false)
{
    public static implicit operator Column(string title) => new(title);

    public static Column From(string title) => new(title);

    public static Column Number(string title) => new(title, IsNumber: true);
}
