using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m conntrack</c>, and its older name <c>-m state</c>.</summary>
public sealed record ConntrackMatch : IptablesMatch
{
    // In the tool's order.
    private static readonly ConnectionStates[] PrintedStates =
    [
        ConnectionStates.INVALID, ConnectionStates.NEW, ConnectionStates.RELATED, ConnectionStates.ESTABLISHED, ConnectionStates.UNTRACKED,
        ConnectionStates.SNAT, ConnectionStates.DNAT,
    ];

    private static readonly ConnectionStatus[] PrintedStatuses = [ConnectionStatus.EXPECTED, ConnectionStatus.SEEN_REPLY, ConnectionStatus.ASSURED, ConnectionStatus.CONFIRMED];

    public override string Name => IsStateAlias ? "state" : "conntrack";

    /// <summary>It was written as <c>-m state --state</c>, and is kept so.</summary>
    public bool IsStateAlias { get; init; }

    public Negatable<ConnectionStates>? States { get; init; }

    /// <summary><c>--ctproto</c>, the protocol's number.</summary>
    public Negatable<ushort>? Protocol { get; init; }

    public Negatable<AddressMask>? OriginalSource { get; init; }

    public Negatable<AddressMask>? OriginalDestination { get; init; }

    public Negatable<AddressMask>? ReplySource { get; init; }

    public Negatable<AddressMask>? ReplyDestination { get; init; }

    public Negatable<PortRange>? OriginalSourcePorts { get; init; }

    public Negatable<PortRange>? OriginalDestinationPorts { get; init; }

    public Negatable<PortRange>? ReplySourcePorts { get; init; }

    public Negatable<PortRange>? ReplyDestinationPorts { get; init; }

    public Negatable<ConnectionStatus>? Status { get; init; }

    /// <summary><c>--ctexpire</c>, seconds that the entry has left: from, to.</summary>
    public Negatable<(uint First, uint Last)>? Expires { get; init; }

    /// <summary><c>--ctdir</c>: the packet flows as the connection's first one (true) or against it (false).</summary>
    public bool? IsOriginalDirection { get; init; }

    internal override void Print(RulePrinter printer)
    {
        if (States is { } states)
            printer.Option(states.Inverted, IsStateAlias ? "--state" : "--ctstate", string.Join(',', PrintedStates.Where(state => (states.Value & state) != 0)));
        if (Protocol is { } protocol)
            printer.Option(protocol.Inverted, "--ctproto", $"{protocol.Value}");
        Print(printer, "--ctorigsrc", OriginalSource);
        Print(printer, "--ctorigdst", OriginalDestination);
        Print(printer, "--ctreplsrc", ReplySource);
        Print(printer, "--ctrepldst", ReplyDestination);
        Print(printer, "--ctorigsrcport", OriginalSourcePorts);
        Print(printer, "--ctorigdstport", OriginalDestinationPorts);
        Print(printer, "--ctreplsrcport", ReplySourcePorts);
        Print(printer, "--ctrepldstport", ReplyDestinationPorts);
        if (Status is { } status)
            printer.Option(status.Inverted, "--ctstatus", status.Value == 0 ? "NONE" : string.Join(',', PrintedStatuses.Where(bit => (status.Value & bit) != 0)));
        if (Expires is { } expires)
            printer.Option(expires.Inverted, "--ctexpire", expires.Value.First == expires.Value.Last ? $"{expires.Value.First}" : $"{expires.Value.First}:{expires.Value.Last}");
        if (IsOriginalDirection is { } original)
            printer.Option("--ctdir", original ? "ORIGINAL" : "REPLY");
    }

    private static void Print(RulePrinter printer, string name, Negatable<AddressMask>? address)
    {
        if (address is { } some)
            printer.Option(some.Inverted, name, some.Value.ToShortString());
    }

    /// <summary>The tool takes an upper port of 0 for none.</summary>
    private static void Print(RulePrinter printer, string name, Negatable<PortRange>? ports)
    {
        if (ports is { } some)
            printer.Option(some.Inverted, name, some.Value.Last == 0 ? $"{some.Value.First}" : some.Value.ToString());
    }
}

internal sealed class ConntrackMatchParser : MatchParser
{
    private static readonly ExtensionOption[] All =
    [
        new("ctstate", 0) { Inverts = true },
        new("ctproto", 1) { Inverts = true },
        new("ctorigsrc", 2) { Inverts = true },
        new("ctorigdst", 3) { Inverts = true },
        new("ctreplsrc", 4) { Inverts = true },
        new("ctrepldst", 5) { Inverts = true },
        new("ctstatus", 6) { Inverts = true },
        new("ctexpire", 7) { Inverts = true },
        new("ctorigsrcport", 8) { Inverts = true },
        new("ctorigdstport", 9) { Inverts = true },
        new("ctreplsrcport", 10) { Inverts = true },
        new("ctrepldstport", 11) { Inverts = true },
        new("ctdir", 12),
    ];

    private ConntrackMatch _match = new();

    internal override string Name => "conntrack";

    internal override ExtensionOption[] Options => All;

    internal override ConntrackMatch Match => _match;

    /// <summary>The start of a name is enough for the tool, whatever its case.</summary>
    internal static ConnectionStates? ParseStates(string list)
    {
        ReadOnlySpan<ConnectionStates> known =
        [
            ConnectionStates.INVALID, ConnectionStates.NEW, ConnectionStates.ESTABLISHED, ConnectionStates.RELATED, ConnectionStates.UNTRACKED,
            ConnectionStates.SNAT, ConnectionStates.DNAT,
        ];
        var states = ConnectionStates.None;
        foreach (var word in list.Split(','))
        {
            var found = ConnectionStates.None;
            foreach (var state in known)
            {
                if (found == 0 && word.Length > 0 && state.ToString().StartsWith(word, StringComparison.OrdinalIgnoreCase))
                    found = state;
            }

            if (found == 0)
                return null;
            states |= found;
        }

        return states;
    }

    protected override void Read(int option, OptionValue value)
    {
        var inverted = value.Inverted;
        _match = option switch
        {
            0 => _match with { States = new(ParseStates(value.Text) ?? throw Wrong($"bad ctstate \"{value.Text}\""), inverted) },
            1 => _match with { Protocol = new(value.Protocol(), inverted) },
            2 => _match with { OriginalSource = new(value.HostMask(), inverted) },
            3 => _match with { OriginalDestination = new(value.HostMask(), inverted) },
            4 => _match with { ReplySource = new(value.HostMask(), inverted) },
            5 => _match with { ReplyDestination = new(value.HostMask(), inverted) },
            6 => _match with { Status = new(ParseStatus(value.Text), inverted) },
            7 => _match with { Expires = new(value.Range(uint.MaxValue) is var range ? (range.First, range.Last ?? range.First) : default, inverted) },
            8 => _match with { OriginalSourcePorts = new(value.Ports(), inverted) },
            9 => _match with { OriginalDestinationPorts = new(value.Ports(), inverted) },
            10 => _match with { ReplySourcePorts = new(value.Ports(), inverted) },
            11 => _match with { ReplyDestinationPorts = new(value.Ports(), inverted) },
            _ => _match with { IsOriginalDirection = Direction(value) },
        };
    }

    private static bool Direction(OptionValue value) => value.Text.ToUpperInvariant() switch
    {
        "ORIGINAL" => true,
        "REPLY" => false,
        _ => throw value.Bad($"\"{value.Text}\" is neither ORIGINAL nor REPLY"),
    };

    private ConnectionStatus ParseStatus(string list)
    {
        ReadOnlySpan<ConnectionStatus> known =
            [ConnectionStatus.NONE, ConnectionStatus.EXPECTED, ConnectionStatus.SEEN_REPLY, ConnectionStatus.ASSURED, ConnectionStatus.CONFIRMED];
        var bits = ConnectionStatus.NONE;
        foreach (var word in list.Split(','))
        {
            ConnectionStatus? found = null;
            foreach (var status in known)
            {
                if (found is null && word.Length > 0 && status.ToString().StartsWith(word, StringComparison.OrdinalIgnoreCase))
                    found = status;
            }

            bits |= found ?? throw Wrong($"bad ctstatus \"{list}\"");
        }

        return bits;
    }
}

/// <summary><c>-m state</c>: conntrack's states under an older name.</summary>
internal sealed class StateMatchParser : MatchParser
{
    private static readonly ExtensionOption[] All = [new("state", 0) { Inverts = true }];

    private Negatable<ConnectionStates> _states;

    internal override string Name => "state";

    internal override ExtensionOption[] Options => All;

    internal override ConntrackMatch Match => new() { IsStateAlias = true, States = _states };

    protected override uint NeedsOneOf => 1;

    protected override void Read(int option, OptionValue value) =>
        _states = new(ConntrackMatchParser.ParseStates(value.Text) ?? throw Wrong($"bad state \"{value.Text}\""), value.Inverted);
}
