using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m addrtype</c>: what the routing tables take an address for.</summary>
public sealed record AddrtypeMatch : IptablesMatch
{
    /// <summary>In the order of their bits.</summary>
    internal static readonly AddressTypes[] Known =
    [
        AddressTypes.UNSPEC, AddressTypes.UNICAST, AddressTypes.LOCAL, AddressTypes.BROADCAST, AddressTypes.ANYCAST, AddressTypes.MULTICAST,
        AddressTypes.BLACKHOLE, AddressTypes.UNREACHABLE, AddressTypes.PROHIBIT, AddressTypes.THROW, AddressTypes.NAT, AddressTypes.XRESOLVE,
    ];

    public override string Name => "addrtype";

    public Negatable<AddressTypes>? Source { get; init; }

    public Negatable<AddressTypes>? Destination { get; init; }

    /// <summary>Only the interface that the packet came in by is asked.</summary>
    public bool LimitInterfaceIn { get; init; }

    /// <summary>Only the interface that the packet goes out by is asked.</summary>
    public bool LimitInterfaceOut { get; init; }

    internal override void Print(RulePrinter printer)
    {
        Print(printer, "--src-type", Source);
        Print(printer, "--dst-type", Destination);
        if (LimitInterfaceIn)
            printer.Option("--limit-iface-in");
        if (LimitInterfaceOut)
            printer.Option("--limit-iface-out");
    }

    private static void Print(RulePrinter printer, string name, Negatable<AddressTypes>? types)
    {
        if (types is { } some)
            printer.Option(some.Inverted, name, string.Join(',', Known.Where(type => (some.Value & type) != 0)));
    }
}

internal sealed class AddrtypeMatchParser : MatchParser
{
    private const int Source = 0, Destination = 1, In = 2, Out = 3;

    private static readonly ExtensionOption[] All =
    [
        new("src-type", Source) { Inverts = true },
        new("dst-type", Destination) { Inverts = true },
        new("limit-iface-in", In) { TakesValue = false, Excludes = 1 << Out },
        new("limit-iface-out", Out) { TakesValue = false, Excludes = 1 << In },
    ];

    private AddrtypeMatch _match = new();

    internal override string Name => "addrtype";

    internal override ExtensionOption[] Options => All;

    internal override AddrtypeMatch Match => _match;

    protected override uint NeedsOneOf => (1 << Source) | (1 << Destination);

    protected override void Read(int option, OptionValue value) => _match = option switch
    {
        Source => _match with { Source = new(Types(value.Text), value.Inverted) },
        Destination => _match with { Destination = new(Types(value.Text), value.Inverted) },
        In => _match with { LimitInterfaceIn = true },
        _ => _match with { LimitInterfaceOut = true },
    };

    /// <summary>The start of a name is enough for the tool, whatever its case.</summary>
    private AddressTypes Types(string list)
    {
        var types = AddressTypes.None;
        foreach (var word in list.Split(','))
        {
            var type = word.Length == 0 ? AddressTypes.None : First(word);
            types |= type != 0 ? type : throw Wrong($"bad type in \"{list}\"");
        }

        return types;
    }

    private static AddressTypes First(string start)
    {
        foreach (var type in AddrtypeMatch.Known)
        {
            if (type.ToString().StartsWith(start, StringComparison.OrdinalIgnoreCase))
                return type;
        }

        return AddressTypes.None;
    }
}
