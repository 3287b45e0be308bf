using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m icmp</c>: the message's type and code.</summary>
public sealed record IcmpMatch : IptablesMatch
{
    /// <summary>The number that stands for all types.</summary>
    public const byte AnyType = 255;

    public override string Name => "icmp";

    public required Negatable<IcmpType> Type { get; init; }

    internal override void Print(RulePrinter printer) => printer.Option(Type.Inverted, "--icmp-type", Type.Value.Type == AnyType ? "any" : Type.Value.ToString());
}

internal sealed class IcmpMatchParser : MatchParser
{
    private static readonly ExtensionOption[] All = [new("icmp-type", 0) { Inverts = true }];

    private Negatable<IcmpType> _type;

    internal override string Name => "icmp";

    internal override ExtensionOption[] Options => All;

    internal override IcmpMatch Match => new() { Type = _type };

    protected override uint NeedsOneOf => 1;

    protected override void Read(int option, OptionValue value) => _type = new(IcmpTypes.Parse(value.Text, IptablesFamily.IPv4), value.Inverted);
}
