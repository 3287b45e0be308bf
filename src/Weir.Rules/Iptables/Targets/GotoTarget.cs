namespace Weir.Rules.Iptables.Targets;

/// <summary><c>-g CHAIN</c>: goes through a user's chain and doesn't come back here, but to the chain before.</summary>
public sealed record GotoTarget(string Chain) : IptablesTarget
{
    public override string Name => Chain;

    internal override void Print(RulePrinter printer)
    {
    }
}
