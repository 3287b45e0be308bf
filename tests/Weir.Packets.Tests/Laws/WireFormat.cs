namespace Weir.Packets.Tests.Laws;

/// <summary>Reads everything that a format's view offers; must not allocate.</summary>
public delegate PacketError Exercise(ReadOnlySpan<byte> bytes);

/// <summary>Parses bytes and writes what was read; 0 when they were not accepted.</summary>
public delegate int Rewrite(ReadOnlySpan<byte> bytes, Span<byte> destination);

/// <summary>A wire format as the law test knows it. A new format is added to its family in <see cref="WireFormats"/>, not to a new test.</summary>
public sealed record WireFormat(string Name, Exercise Exercise)
{
    /// <summary>Right bytes, each time others, in the form that the writer gives them.</summary>
    public required Func<Random, byte[]> Canonical { get; init; }

    /// <summary>Null for what is only read.</summary>
    public Rewrite? Rewrite { get; init; }

    /// <summary>A random value is written and read: is it the same? Null for what is only read.</summary>
    public Func<Random, bool>? ValueSurvives { get; init; }

    /// <summary>False for what is whole at any length beyond its header, and whose canonical bytes have more than a header.</summary>
    public bool TruncationsAreErrors { get; init; } = true;

    public override string ToString() => Name;
}
