using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary>Which ports. The numbers are the kernel's XT_MULTIPORT_.</summary>
public enum MultiportKind : byte
{
    Source = 0,
    Destination = 1,
    Either = 2,
}

/// <summary><c>-m multiport</c>: up to 15 ports, a range counts for two.</summary>
public sealed record MultiportMatch : IptablesMatch
{
    /// <summary>XT_MULTI_PORTS</summary>
    public const int MaximumPorts = 15;

    public override string Name => "multiport";

    public required MultiportKind Kind { get; init; }

    public required Negatable<IReadOnlyList<PortRange>> Ports { get; init; }

    internal override void Print(RulePrinter printer) =>
        printer.Option(Ports.Inverted, Kind switch { MultiportKind.Source => "--sports", MultiportKind.Destination => "--dports", _ => "--ports" }, string.Join(',', Ports.Value));

    public bool Equals(MultiportMatch? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => HashCode.Combine(Kind, Ports.Value.Count);
}

internal sealed class MultiportMatchParser : MatchParser
{
    private const uint Any = 7;

    private static readonly ExtensionOption[] All =
    [
        new("source-ports", 0) { Inverts = true, Excludes = Any },
        new("sports", 0) { Inverts = true, Excludes = Any },
        new("destination-ports", 1) { Inverts = true, Excludes = Any },
        new("dports", 1) { Inverts = true, Excludes = Any },
        new("ports", 2) { Inverts = true, Excludes = Any },
    ];

    private MultiportMatch? _match;

    internal override string Name => "multiport";

    internal override ExtensionOption[] Options => All;

    internal override MultiportMatch Match => _match!;

    protected override uint NeedsOneOf => Any;

    protected override void Read(int option, OptionValue value)
    {
        var protocol = value.Rule.Protocol switch
        {
            { Inverted: false, Value: ProtocolNames.Tcp } => "tcp",
            { Inverted: false, Value: ProtocolNames.Udp } => "udp",
            { Inverted: false, Value: ProtocolNames.UdpLite } => "udplite",
            { Inverted: false, Value: ProtocolNames.Sctp } => "sctp",
            { Inverted: false, Value: ProtocolNames.Dccp } => "dccp",
            _ => throw Wrong("needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp' before it"),
        };
        _match = new MultiportMatch { Kind = (MultiportKind)option, Ports = new(Ports(value.Text, protocol), value.Inverted) };
    }

    private List<PortRange> Ports(string list, string protocol)
    {
        var ranges = new List<PortRange>();
        var room = MultiportMatch.MaximumPorts;
        foreach (var word in list.Split(','))
        {
            var colon = word.IndexOf(':');
            room -= colon < 0 ? 1 : 2;
            if (room < 0)
                throw Wrong($"more than {MultiportMatch.MaximumPorts} ports (a range counts for two): write a second rule, or a set");
            var first = Port(colon < 0 ? word : word[..colon], protocol);
            var last = colon < 0 ? first : Port(word[(colon + 1)..], protocol);
            if (colon >= 0 && first >= last)
                throw Wrong($"invalid port range {word}: the first is not below the last");
            ranges.Add(new PortRange(first, last));
        }

        return ranges;
    }

    private ushort Port(string text, string protocol) => ServiceNames.ParsePort(text, protocol) ?? throw Wrong($"\"{text}\" is no port and no known service");
}
