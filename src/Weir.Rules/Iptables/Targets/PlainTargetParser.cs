using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Targets;

/// <summary>A target without options.</summary>
internal sealed class PlainTargetParser(IptablesTarget target) : TargetParser
{
    internal override string Name => target.Name;

    internal override ExtensionOption[] Options => [];

    internal override IptablesTarget Target => target;

    protected override void Read(int option, OptionValue value)
    {
    }
}
