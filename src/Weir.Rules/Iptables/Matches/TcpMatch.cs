using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m tcp</c>. Without any option it only asks for the protocol.</summary>
public sealed record TcpMatch : IptablesMatch
{
    public override string Name => "tcp";

    public Negatable<PortRange>? SourcePorts { get; init; }

    public Negatable<PortRange>? DestinationPorts { get; init; }

    public Negatable<TcpFlagsTest>? Flags { get; init; }

    /// <summary><c>--tcp-option</c>, the option's number.</summary>
    public Negatable<byte>? Option { get; init; }

    /// <summary>Nothing is asked for but the protocol.</summary>
    public bool IsEmpty => SourcePorts is null && DestinationPorts is null && Flags is null && Option is null;

    internal override void Print(RulePrinter printer)
    {
        printer.Option("--sport", Option is null ? TransportPorts.Printed(SourcePorts) : SourcePorts);
        printer.Option("--dport", Option is null ? TransportPorts.Printed(DestinationPorts) : DestinationPorts);
        if (Option is { } option)
            printer.Option(option.Inverted, "--tcp-option", $"{option.Value}");
        if (Flags is { } flags)
            printer.Option(flags.Inverted, "--tcp-flags", flags.Value.ToString());
    }
}

internal sealed class TcpMatchParser : MatchParser
{
    private const int Source = 0, Destination = 1, Flags = 2, Option = 3;

    private static readonly ExtensionOption[] All =
    [
        new("source-port", Source) { Inverts = true },
        new("sport", Source) { Inverts = true },
        new("destination-port", Destination) { Inverts = true },
        new("dport", Destination) { Inverts = true },
        new("syn", Flags) { Inverts = true, TakesValue = false },
        new("tcp-flags", Flags) { Inverts = true },
        new("tcp-option", Option) { Inverts = true },
    ];

    private TcpMatch _match = new();

    internal override string Name => "tcp";

    internal override ExtensionOption[] Options => All;

    internal override TcpMatch Match => _match;

    protected override void Read(int option, OptionValue value)
    {
        switch (option)
        {
            case Source:
                _match = _match with { SourcePorts = TransportPorts.Checked(this, Ports(value), value) };
                break;
            case Destination:
                _match = _match with { DestinationPorts = TransportPorts.Checked(this, Ports(value), value) };
                break;
            case Flags:
                var flags = value.Option == "syn" ? TcpFlagsTest.Syn : new TcpFlagsTest(FlagList(value.Text), FlagList(value.Second()));
                // Without a mask there is nothing to compare.
                if (flags.Mask != 0)
                    _match = _match with { Flags = new(flags, value.Inverted) };
                else if (flags.Compare != 0 || value.Inverted)
                    throw Wrong("a mask of NONE compares nothing; iptables would install the rule as if the option weren't there");
                break;
            case Option:
                _match = _match with { Option = new((byte)value.Number(byte.MaxValue, 1), value.Inverted) };
                break;
        }
    }

    private byte FlagList(string list) => TcpFlagsTest.Parse(list) ?? throw Wrong($"unknown flag in \"{list}\": FIN, SYN, RST, PSH, ACK, URG, ALL and NONE are known");

    /// <summary>Unlike udp's, the range must rise, and a name is one of tcp's.</summary>
    private PortRange Ports(OptionValue value)
    {
        var colon = value.Text.IndexOf(':');
        if (colon < 0)
            return new PortRange(Port(value.Text), Port(value.Text));
        var first = colon == 0 ? (ushort)0 : Port(value.Text[..colon]);
        var last = colon == value.Text.Length - 1 ? ushort.MaxValue : Port(value.Text[(colon + 1)..]);
        return first <= last ? new PortRange(first, last) : throw Wrong($"invalid port range {value.Text}: the first is greater than the last");
    }

    private ushort Port(string text) => ServiceNames.ParsePort(text, "tcp") ?? throw Wrong($"\"{text}\" is no port and no known service");
}
