namespace Weir.Rules.Iptables;

/// <summary>One rule of a chain.</summary>
/// <remarks>Two rules are equal when iptables-save prints them alike; the counters don't count.</remarks>
public sealed record IptablesRule
{
    /// <summary><c>-i</c>; a <c>+</c> at the end stands for any rest.</summary>
    public Negatable<string>? InInterface { get; init; }

    /// <summary><c>-o</c>; a <c>+</c> at the end stands for any rest.</summary>
    public Negatable<string>? OutInterface { get; init; }

    /// <summary><c>-p</c>, the number of IANA's list; 0 is any.</summary>
    public Negatable<byte>? Protocol { get; init; }

    /// <summary><c>-s</c></summary>
    public Negatable<AddressMask>? Source { get; init; }

    /// <summary><c>-d</c></summary>
    public Negatable<AddressMask>? Destination { get; init; }

    /// <summary><c>-f</c>: second and later fragments (true); <c>! -f</c>: heads and unfragmented packets (false). IPv4 only.</summary>
    public bool? Fragment { get; init; }

    /// <summary>In the order in which they are tried.</summary>
    public IReadOnlyList<IptablesMatch> Matches { get; init; } = [];

    /// <summary>Null: the rule only counts.</summary>
    public IptablesTarget? Target { get; init; }

    public IptablesCounters Counters { get; init; }

    /// <summary>Where the rule stands in the text that it was parsed from, counted from 1; 0 when it is from nowhere.</summary>
    public int Line { get; init; }

    /// <summary>The kernel's number of the rule; 0 when it isn't from the kernel.</summary>
    public ulong Handle { get; init; }

    /// <summary>What follows the chain's name, as it stood, when it was not understood. The other members say nothing then.</summary>
    public string? Unread { get; init; }

    /// <summary>The line of iptables-save: <c>-A INPUT -p tcp -j ACCEPT</c>.</summary>
    public string ToText(string chain)
    {
        var words = ToString();
        return words.Length == 0 ? $"-A {chain}" : $"-A {chain} {words}";
    }

    /// <summary>What stands after <c>-A CHAIN</c>.</summary>
    public override string ToString()
    {
        if (Unread is { } text)
            return text;
        var printer = new RulePrinter();
        printer.Rule(this);
        return printer.ToString();
    }

    public bool Equals(IptablesRule? other) => other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
