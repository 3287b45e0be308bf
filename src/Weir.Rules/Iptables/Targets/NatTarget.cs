using System.Net;
using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary>The four targets of the nat table.</summary>
public enum NatKind : byte
{
    SNAT,
    DNAT,
    MASQUERADE,
    REDIRECT,
}

/// <summary><c>-j SNAT</c>, <c>-j DNAT</c>, <c>-j MASQUERADE</c>, <c>-j REDIRECT</c>.</summary>
public sealed record NatTarget(NatKind Kind) : IptablesTarget
{
    public override string Name => Kind.ToString();

    /// <summary>The new address, or the first of several; null leaves the address (or chooses it: MASQUERADE, REDIRECT).</summary>
    public IPAddress? FirstAddress { get; init; }

    public IPAddress? LastAddress { get; init; }

    /// <summary>The new port is one of these; null leaves it.</summary>
    public PortRange? Ports { get; init; }

    /// <summary>DNAT: the packet's port less this one is added to the first port.</summary>
    public ushort? BasePort { get; init; }

    public bool Random { get; init; }

    public bool RandomFully { get; init; }

    /// <summary>A client gets the same address for every connection.</summary>
    public bool Persistent { get; init; }

    internal override void Print(RulePrinter printer)
    {
        var range = Range();
        if (range.Length > 0)
            printer.Option(Kind switch { NatKind.SNAT => "--to-source", NatKind.DNAT => "--to-destination", _ => "--to-ports" }, range);
        if (Random)
            printer.Option("--random");
        if (RandomFully)
            printer.Option("--random-fully");
        if (Persistent)
            printer.Option("--persistent");
    }

    private string Range()
    {
        var address = FirstAddress is null ? "" : AddressText.Format(FirstAddress);
        if (FirstAddress is not null && LastAddress is not null && !FirstAddress.Equals(LastAddress))
            address += $"-{AddressText.Format(LastAddress)}";
        if (Ports is not { } ports)
            return address;
        if (address.Contains(':'))
            address = $"[{address}]";
        var text = ports.First == ports.Last ? $"{ports.First}" : $"{ports.First}-{ports.Last}";
        if (BasePort is { } from)
            text += $"/{from}";
        return Kind is NatKind.MASQUERADE or NatKind.REDIRECT ? text : $"{address}:{text}";
    }
}

internal sealed class NatTargetParser(NatKind kind) : TargetParser
{
    private const int To = 0, Random = 1, RandomFully = 2, Persistent = 3;

    private static readonly ExtensionOption ToPorts = new("to-ports", To);
    private static readonly ExtensionOption RandomOption = new("random", Random) { TakesValue = false };
    private static readonly ExtensionOption RandomFullyOption = new("random-fully", RandomFully) { TakesValue = false };
    private static readonly ExtensionOption PersistentOption = new("persistent", Persistent) { TakesValue = false };

    private static readonly ExtensionOption[][] All =
    [
        [new("to-source", To), RandomOption, RandomFullyOption, PersistentOption],
        [new("to-destination", To), RandomOption, PersistentOption],
        [ToPorts, RandomOption, RandomFullyOption],
        [ToPorts, RandomOption],
    ];

    private NatTarget _target = new(kind);

    internal override string Name => kind.ToString();

    internal override ExtensionOption[] Options => All[(int)kind];

    internal override NatTarget Target => _target;

    protected override uint NeedsOneOf => kind is NatKind.SNAT or NatKind.DNAT ? 1u << To : 0;

    protected override void Read(int option, OptionValue value)
    {
        switch (option)
        {
            case To when kind is NatKind.SNAT or NatKind.DNAT:
                ReadRange(value);
                break;
            case To:
                ReadPorts(value.Text, value);
                break;
            case Random:
                _target = _target with { Random = true };
                break;
            case RandomFully:
                _target = _target with { RandomFully = true };
                break;
            case Persistent:
                _target = _target with { Persistent = true };
                break;
        }
    }

    /// <summary><c>10.0.0.1</c>, <c>10.0.0.1-10.0.0.9:80-90</c>, <c>:80</c>, <c>[fd00::1-fd00::9]:80</c> (libxt_NAT.c, parse_to).</summary>
    private void ReadRange(OptionValue value)
    {
        var text = value.Text;
        int colon;
        if (text.IndexOf('[') is var open and >= 0)
        {
            var close = text.IndexOf(']', open);
            if (close < 0 || value.Rule.Family == IptablesFamily.IPv4)
                throw value.Bad($"\"{text}\" is no address");
            colon = text.IndexOf(':', close);
            if (colon >= 0)
                ReadPorts(text[(colon + 1)..], value);
            if (colon >= 0 && (colon == 0 || colon == 2))
                return;
            text = text[(open + 1)..close];
        }
        else
        {
            colon = text.IndexOf(':');
            if (colon >= 0 && text.IndexOf(':', colon + 1) >= 0)
                colon = -1;
            if (colon >= 0)
                ReadPorts(text[(colon + 1)..], value);
            if (colon == 0)
                return;
            if (colon > 0)
                text = text[..colon];
        }

        var dash = text.IndexOf('-');
        var first = Address(dash < 0 ? text : text[..dash], value);
        _target = _target with { FirstAddress = first, LastAddress = dash < 0 ? first : Address(text[(dash + 1)..], value) };
    }

    /// <summary><c>80</c>, <c>http</c>, <c>80-90</c>, <c>80-90/8080</c> (libxt_NAT.c, parse_ports).</summary>
    private void ReadPorts(string text, OptionValue value)
    {
        if (value.Rule.Protocol?.Value is not (ProtocolNames.Tcp or ProtocolNames.Udp or ProtocolNames.Sctp or ProtocolNames.Dccp or ProtocolNames.Icmp))
            throw value.Bad("ports need `-p tcp', `-p udp', `-p sctp' or `-p dccp' before it");
        if (!CNumber.TryRead(text, ushort.MaxValue, out var first, out var rest))
        {
            first = ServiceNames.ParsePort(text, null) ?? throw value.Bad($"\"{text}\" is no port and no known service");
            rest = default;
        }

        var last = first;
        ushort? from = null;
        if (!rest.IsEmpty)
        {
            if (rest[0] != '-' || !CNumber.TryRead(rest[1..], ushort.MaxValue, out last, out rest) || last < first)
                throw value.Bad($"\"{text}\" is no range of ports, such as 80-90");
            if (!rest.IsEmpty)
                from = rest[0] == '/' ? ServiceNames.ParsePort(rest[1..], null) ?? throw value.Bad($"\"{rest}\" is no port") : throw value.Bad($"\"{rest}\" can't follow a range of ports");
            if (from is not null && kind != NatKind.DNAT)
                throw value.Bad("only DNAT shifts a range of ports");
        }

        _target = _target with { Ports = new PortRange((ushort)first, (ushort)last), BasePort = from };
    }

    private static IPAddress Address(string text, OptionValue value) =>
        AddressText.Parse(text, value.Rule.Family) ?? throw value.Bad($"\"{text}\" is no {value.Rule.Family} address");
}
