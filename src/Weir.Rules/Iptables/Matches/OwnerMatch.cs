using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary>A user's or group's number, or a range of them.</summary>
public readonly record struct OwnerRange(uint First, uint Last)
{
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}

/// <summary><c>-m owner</c>: who made the socket that sends the packet.</summary>
public sealed record OwnerMatch : IptablesMatch
{
    public override string Name => "owner";

    /// <summary>There is (or is not) a socket at all: <c>--socket-exists</c>; null asks nothing.</summary>
    public bool? SocketExists { get; init; }

    public Negatable<OwnerRange>? Users { get; init; }

    public Negatable<OwnerRange>? Groups { get; init; }

    /// <summary>The process's further groups count too.</summary>
    public bool SupplementaryGroups { get; init; }

    internal override void Print(RulePrinter printer)
    {
        if (SocketExists is { } exists)
            printer.Word(exists ? "--socket-exists" : "! --socket-exists");
        if (Users is { } users)
            printer.Option(users.Inverted, "--uid-owner", users.Value.ToString());
        if (Groups is { } groups)
            printer.Option(groups.Inverted, "--gid-owner", groups.Value.ToString());
        if (SupplementaryGroups)
            printer.Option("--suppl-groups");
    }
}

internal sealed class OwnerMatchParser : MatchParser
{
    private const int User = 0, Group = 1, Socket = 2, Supplementary = 3;

    private static readonly ExtensionOption[] All =
    [
        new("uid-owner", User) { Inverts = true },
        new("gid-owner", Group) { Inverts = true },
        new("socket-exists", Socket) { TakesValue = false, Inverts = true },
        new("suppl-groups", Supplementary) { TakesValue = false },
    ];

    private OwnerMatch _match = new();

    internal override string Name => "owner";

    internal override ExtensionOption[] Options => All;

    internal override OwnerMatch Match => _match;

    protected override uint NeedsOneOf => 0xf;

    protected override void Read(int option, OptionValue value) => _match = option switch
    {
        User => _match with { Users = new(Range(value, value.Rule.Names.User), value.Inverted) },
        Group => _match with { Groups = new(Range(value, value.Rule.Names.Group), value.Inverted) },
        Socket => _match with { SocketExists = !value.Inverted },
        _ => _match.Groups is null ? throw Wrong("--suppl-groups needs --gid-owner before it") : _match with { SupplementaryGroups = true },
    };

    /// <summary>A name, a number, or a range with <c>-</c> or <c>:</c>. 4294967295 is reserved.</summary>
    private static OwnerRange Range(OptionValue value, Func<string, uint?> names)
    {
        const uint maximum = uint.MaxValue - 1;
        if (names(value.Text) is { } known)
            return new OwnerRange(known, known);
        if (CNumber.TryRead(value.Text, maximum, out var first, out var rest))
        {
            if (rest.IsEmpty)
                return new OwnerRange((uint)first, (uint)first);
            if (rest[0] is '-' or ':' && CNumber.TryParse(rest[1..], 0, maximum, out var last))
                return new OwnerRange((uint)first, (uint)last);
        }

        throw value.Bad($"\"{value.Text}\" is no number, no range and no name known here");
    }
}
