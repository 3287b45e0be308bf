using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary>A match that the kernel has and Weir has no words for, as the kernel's bytes: nothing is lost and nothing is guessed.</summary>
/// <remarks>It prints as <c>-m NAME --weir-info REVISION:HEX</c>, which Weir reads back and the tool refuses.</remarks>
public sealed record RawMatch : IptablesMatch
{
    public override string Name => Extension;

    /// <summary>The kernel's name of the extension.</summary>
    public required string Extension { get; init; }

    public required RawInfo Info { get; init; }

    internal override void Print(RulePrinter printer) => printer.Option("--weir-info", Info.ToString());
}

internal sealed class RawMatchParser(string name) : MatchParser
{
    internal static readonly ExtensionOption[] All = [new("weir-info", 0)];

    private RawInfo _info;

    internal override string Name => name;

    internal override ExtensionOption[] Options => All;

    internal override RawMatch Match => new() { Extension = name, Info = _info };

    protected override uint NeedsOneOf => 1;

    protected override void Read(int option, OptionValue value) => _info = RawInfo.Parse(value.Text) ?? throw value.Bad($"\"{value.Text}\" is not REVISION:HEX");
}
