using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m socket</c>: a socket of this host is there for the packet.</summary>
public sealed record SocketMatch : IptablesMatch
{
    public override string Name => "socket";

    /// <summary>The socket is bound to an address that is not this host's (IP_TRANSPARENT).</summary>
    public bool Transparent { get; init; }

    /// <summary>Sockets bound to every address count too.</summary>
    public bool NoWildcard { get; init; }

    /// <summary>The packet gets the socket's mark.</summary>
    public bool RestoreSocketMark { get; init; }

    internal override void Print(RulePrinter printer)
    {
        if (Transparent)
            printer.Option("--transparent");
        if (NoWildcard)
            printer.Option("--nowildcard");
        if (RestoreSocketMark)
            printer.Option("--restore-skmark");
    }
}

internal sealed class SocketMatchParser : MatchParser
{
    private static readonly ExtensionOption[] All =
    [
        new("transparent", 0) { TakesValue = false },
        new("nowildcard", 1) { TakesValue = false },
        new("restore-skmark", 2) { TakesValue = false },
    ];

    internal override string Name => "socket";

    internal override ExtensionOption[] Options => All;

    internal override SocketMatch Match => new() { Transparent = (Given & 1) != 0, NoWildcard = (Given & 2) != 0, RestoreSocketMark = (Given & 4) != 0 };

    protected override void Read(int option, OptionValue value)
    {
    }
}
