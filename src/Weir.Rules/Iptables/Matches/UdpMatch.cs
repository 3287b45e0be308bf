using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m udp</c>. Without any option it only asks for the protocol.</summary>
public sealed record UdpMatch : IptablesMatch
{
    public override string Name => "udp";

    public Negatable<PortRange>? SourcePorts { get; init; }

    public Negatable<PortRange>? DestinationPorts { get; init; }

    /// <summary>Nothing is asked for but the protocol.</summary>
    public bool IsEmpty => SourcePorts is null && DestinationPorts is null;

    internal override void Print(RulePrinter printer)
    {
        printer.Option("--sport", TransportPorts.Printed(SourcePorts));
        printer.Option("--dport", TransportPorts.Printed(DestinationPorts));
    }
}

internal sealed class UdpMatchParser : MatchParser
{
    private const int Source = 0, Destination = 1;

    private static readonly ExtensionOption[] All =
    [
        new("source-port", Source) { Inverts = true },
        new("sport", Source) { Inverts = true },
        new("destination-port", Destination) { Inverts = true },
        new("dport", Destination) { Inverts = true },
    ];

    private Negatable<PortRange>? _source, _destination;

    internal override string Name => "udp";

    internal override ExtensionOption[] Options => All;

    internal override UdpMatch Match => new() { SourcePorts = _source, DestinationPorts = _destination };

    protected override void Read(int option, OptionValue value)
    {
        var ports = TransportPorts.Checked(this, value.Ports(), value);
        if (option == Source)
            _source = ports;
        else
            _destination = ports;
    }
}
