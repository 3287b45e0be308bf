using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m icmp6</c>: the message's type and code.</summary>
public sealed record Icmp6Match : IptablesMatch
{
    public override string Name => "icmp6";

    public required Negatable<IcmpType> Type { get; init; }

    internal override void Print(RulePrinter printer) => printer.Option(Type.Inverted, "--icmpv6-type", Type.Value.ToString());
}

internal sealed class Icmp6MatchParser : MatchParser
{
    private static readonly ExtensionOption[] All = [new("icmpv6-type", 0) { Inverts = true }];

    private Negatable<IcmpType> _type;

    internal override string Name => "icmp6";

    internal override ExtensionOption[] Options => All;

    internal override Icmp6Match Match => new() { Type = _type };

    protected override uint NeedsOneOf => 1;

    protected override void Read(int option, OptionValue value) => _type = new(IcmpTypes.Parse(value.Text, IptablesFamily.IPv6), value.Inverted);
}
