namespace Weir.Rules.Iptables;

/// <summary>What a text's names stand for on the host that it is read on.</summary>
public sealed record IptablesNames
{
    /// <summary>No names: numbers only.</summary>
    public static IptablesNames None { get; } = new();

    /// <summary>The number of a user (<c>--uid-owner nobody</c>), null when there is none of this name.</summary>
    public Func<string, uint?> User { get; init; } = _ => null;

    /// <summary>The number of a group (<c>--gid-owner nogroup</c>), null when there is none of this name.</summary>
    public Func<string, uint?> Group { get; init; } = _ => null;
}
