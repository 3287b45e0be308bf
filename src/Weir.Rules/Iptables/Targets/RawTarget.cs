using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary>A target that the kernel has and Weir has no words for, as the kernel's bytes; see <see cref="Matches.RawMatch"/>.</summary>
public sealed record RawTarget : IptablesTarget
{
    public override string Name => Extension;

    /// <summary>The kernel's name of the extension.</summary>
    public required string Extension { get; init; }

    public required RawInfo Info { get; init; }

    internal override void Print(RulePrinter printer) => printer.Option("--weir-info", Info.ToString());
}

internal sealed class RawTargetParser(string name) : TargetParser
{
    private RawInfo _info;

    internal override string Name => name;

    internal override ExtensionOption[] Options => Matches.RawMatchParser.All;

    internal override RawTarget Target => new() { Extension = name, Info = _info };

    protected override uint NeedsOneOf => 1;

    protected override void Read(int option, OptionValue value) => _info = RawInfo.Parse(value.Text) ?? throw value.Bad($"\"{value.Text}\" is not REVISION:HEX");
}
