using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m mark</c>: the packet's mark, as far as the mask goes, is (or is not) a value.</summary>
public sealed record MarkMatch : IptablesMatch
{
    public override string Name => "mark";

    public required Negatable<MarkMask> Mark { get; init; }

    internal override void Print(RulePrinter printer) => printer.Option(Mark.Inverted, "--mark", Mark.Value.ToString());
}

internal sealed class MarkMatchParser : MatchParser
{
    private static readonly ExtensionOption[] All = [new("mark", 0) { Inverts = true }];

    private Negatable<MarkMask> _mark;

    internal override string Name => "mark";

    internal override ExtensionOption[] Options => All;

    internal override MarkMatch Match => new() { Mark = _mark };

    protected override uint NeedsOneOf => 1;

    protected override void Read(int option, OptionValue value) => _mark = new(value.MarkMask(), value.Inverted);
}
