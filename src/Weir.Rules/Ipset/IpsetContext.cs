namespace Weir.Rules.Ipset;

/// <summary>What a text does not say itself and its reader may know.</summary>
public sealed record IpsetContext
{
    /// <summary>The kind of a set that exists before the text; null when there is none.</summary>
    public Func<string, IpsetKind?> Kinds { get; init; } = static _ => null;

    /// <summary>The port of a service by its name and protocol (<c>http</c>, <c>tcp</c>), as /etc/services has it.</summary>
    public Func<string, string, ushort?> Services { get; init; } = static (_, _) => null;
}
