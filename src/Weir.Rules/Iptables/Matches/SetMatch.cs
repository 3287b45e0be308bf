using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m set</c>: the packet is (or is not) in a set of ipset(8).</summary>
public sealed record SetMatch : IptablesMatch
{
    public override string Name => "set";

    public required Negatable<string> Set { get; init; }

    /// <summary>Which of the packet's sides each part of the set's elements is compared with: true is the source.</summary>
    public required IReadOnlyList<bool> Sources { get; init; }

    /// <summary>An element marked <c>nomatch</c> is found too.</summary>
    public bool ReturnNoMatch { get; init; }

    /// <summary><c>! --update-counters</c></summary>
    public bool KeepCounters { get; init; }

    /// <summary><c>! --update-subcounters</c>, of the sets in a list:set.</summary>
    public bool KeepSubcounters { get; init; }

    public CounterTest Packets { get; init; }

    public CounterTest Bytes { get; init; }

    internal override void Print(RulePrinter printer)
    {
        printer.Option(Set.Inverted, "--match-set", Set.Value);
        printer.Word(string.Join(',', Sources.Select(source => source ? "src" : "dst")));
        if (ReturnNoMatch)
            printer.Option("--return-nomatch");
        if (KeepCounters)
            printer.Word("! --update-counters");
        if (KeepSubcounters)
            printer.Word("! --update-subcounters");
        Packets.Print(printer, "packets");
        Bytes.Print(printer, "bytes");
    }

    public bool Equals(SetMatch? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => HashCode.Combine(Set, Sources.Count);
}

internal sealed class SetMatchParser : MatchParser
{
    /// <summary>IPSET_MAXNAMELEN with its NUL, IPSET_DIM_MAX.</summary>
    private const int NameSize = 32, MaximumParts = 6;

    private const int Set = 0, NoMatch = 1, Update = 2, UpdateSub = 3, Packets = 4, Bytes = 5;

    private static readonly ExtensionOption[] All =
    [
        new("match-set", Set) { Inverts = true },
        new("set", Set) { Inverts = true },
        new("return-nomatch", NoMatch) { TakesValue = false, Repeats = true },
        new("update-counters", Update) { TakesValue = false, Inverts = true, Repeats = true },
        new("packets-eq", Packets) { Inverts = true },
        new("packets-lt", Packets),
        new("packets-gt", Packets),
        new("bytes-eq", Bytes) { Inverts = true },
        new("bytes-lt", Bytes),
        new("bytes-gt", Bytes),
        new("update-subcounters", UpdateSub) { TakesValue = false, Inverts = true, Repeats = true },
    ];

    private SetMatch _match = new() { Set = default, Sources = [] };

    internal override string Name => "set";

    internal override ExtensionOption[] Options => All;

    internal override SetMatch Match => _match;

    protected override uint NeedsOneOf => 1;

    protected override void Read(int option, OptionValue value) => _match = option switch
    {
        Set => _match with { Set = new(SetName(value.Text), value.Inverted), Sources = Parts(value.Second()) },
        NoMatch => _match with { ReturnNoMatch = true },
        Update => _match with { KeepCounters = _match.KeepCounters || value.Inverted },
        UpdateSub => _match with { KeepSubcounters = _match.KeepSubcounters || value.Inverted },
        Packets => _match with { Packets = Test(value) },
        _ => _match with { Bytes = Test(value) },
    };

    private static CounterTest Test(OptionValue value)
    {
        var kind = value.Option[^2..] switch
        {
            "lt" => CounterTestKind.Less,
            "gt" => CounterTestKind.Greater,
            _ => value.Inverted ? CounterTestKind.NotEqual : CounterTestKind.Equal,
        };
        return new CounterTest(kind, value.Number(ulong.MaxValue));
    }

    private string SetName(string name) => name.Length < NameSize ? name : throw Wrong($"the set's name \"{name}\" is longer than {NameSize - 1} characters");

    private bool[] Parts(string list)
    {
        var words = list.Split(',');
        if (words.Length > MaximumParts)
            throw Wrong($"\"{list}\" has more than {MaximumParts} parts");
        var sources = new bool[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            sources[i] = words[i].StartsWith("src", StringComparison.Ordinal);
            if (!sources[i] && !words[i].StartsWith("dst", StringComparison.Ordinal))
                throw Wrong($"\"{list}\" is no list of src and dst");
        }

        return sources;
    }
}
