using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary>How a packet's TTL compares. The numbers are the kernel's IPT_TTL_ and IP6T_HL_.</summary>
public enum HopLimitTest : byte
{
    Equal = 0,
    NotEqual = 1,
    Less = 2,
    Greater = 3,
}

/// <summary><c>-m ttl</c> of IPv4, <c>-m hl</c> of IPv6.</summary>
public sealed record HopLimitMatch : IptablesMatch
{
    public override string Name => Family == IptablesFamily.IPv4 ? "ttl" : "hl";

    public required IptablesFamily Family { get; init; }

    public required HopLimitTest Test { get; init; }

    public required byte Value { get; init; }

    internal override void Print(RulePrinter printer)
    {
        var end = Test switch { HopLimitTest.Less => "lt", HopLimitTest.Greater => "gt", _ => "eq" };
        printer.Option(Test == HopLimitTest.NotEqual, $"--{Name}-{end}", $"{Value}");
    }
}

internal sealed class HopLimitMatchParser(IptablesFamily family) : MatchParser
{
    private const uint Any = 7;

    private static readonly ExtensionOption[] IPv4 = Make("ttl"), IPv6 = Make("hl");

    private HopLimitMatch? _match;

    internal override string Name => family == IptablesFamily.IPv4 ? "ttl" : "hl";

    internal override ExtensionOption[] Options => family == IptablesFamily.IPv4 ? IPv4 : IPv6;

    internal override HopLimitMatch Match => _match!;

    protected override uint NeedsOneOf => Any;

    protected override void Read(int option, OptionValue value)
    {
        var test = option switch { 1 => HopLimitTest.Less, 2 => HopLimitTest.Greater, _ => value.Inverted ? HopLimitTest.NotEqual : HopLimitTest.Equal };
        _match = new HopLimitMatch { Family = family, Test = test, Value = value.Byte() };
    }

    private static ExtensionOption[] Make(string name) =>
    [
        new($"{name}-lt", 1) { Excludes = Any },
        new($"{name}-gt", 2) { Excludes = Any },
        new($"{name}-eq", 0) { Inverts = true, Excludes = Any },
        new(name, 0) { Excludes = Any },
    ];
}
