namespace Weir.Agent.Configuration;

/// <summary>A place in a text, both from 1.</summary>
internal readonly record struct TextPosition(long Line, long Column)
{
    public override string ToString() => $"{Line}:{Column}";
}

/// <summary>A piece of a YAML document with its place.</summary>
internal abstract record YamlNode(TextPosition Position)
{
    /// <summary>What to call it in a finding.</summary>
    public abstract string Kind { get; }
}

/// <param name="IsPlain">Not quoted: <c>true</c> and <c>80</c> mean a switch and a number.</param>
internal sealed record YamlScalar(TextPosition Position, string Value, bool IsPlain) : YamlNode(Position)
{
    public override string Kind => IsNull ? "nothing" : "a single value";

    public bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";
}

internal sealed record YamlSequence(TextPosition Position, IReadOnlyList<YamlNode> Items) : YamlNode(Position)
{
    public override string Kind => "a list";
}

internal sealed record YamlMapping(TextPosition Position, IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries) : YamlNode(Position)
{
    public override string Kind => "keys with values";
}
