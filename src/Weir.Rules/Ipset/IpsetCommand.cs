namespace Weir.Rules.Ipset;

/// <summary>A line of <c>ipset restore</c>.</summary>
public abstract record IpsetCommand
{
    /// <summary>What is there already, or is missing, is no error (<c>-exist</c>).</summary>
    public bool Exist { get; init; }
}

/// <summary><c>add</c>: puts an element into a set.</summary>
public sealed record IpsetAdd(string Set, IpsetEntry Entry) : IpsetCommand;

/// <summary><c>del</c>: takes an element out of a set.</summary>
public sealed record IpsetDelete(string Set, IpsetEntry Entry) : IpsetCommand;

/// <summary><c>flush</c>: empties a set, or all when <paramref name="Set"/> is null.</summary>
public sealed record IpsetFlush(string? Set) : IpsetCommand;

/// <summary><c>destroy</c>: deletes a set, or all when <paramref name="Set"/> is null.</summary>
public sealed record IpsetDestroy(string? Set) : IpsetCommand;

/// <summary><c>rename</c>.</summary>
public sealed record IpsetRename(string Set, string NewName) : IpsetCommand;

/// <summary><c>swap</c>: exchanges the content of two sets.</summary>
public sealed record IpsetSwap(string Set, string Other) : IpsetCommand;

/// <summary>A line that stays as it is: empty, a comment, COMMIT, or one that was not understood (then there is a finding).</summary>
public sealed record IpsetVerbatim(string Text) : IpsetCommand;
