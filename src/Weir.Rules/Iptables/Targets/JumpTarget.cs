namespace Weir.Rules.Iptables.Targets;

/// <summary><c>-j CHAIN</c>: goes through a user's chain and comes back.</summary>
public sealed record JumpTarget(string Chain) : IptablesTarget
{
    public override string Name => Chain;

    internal override void Print(RulePrinter printer)
    {
    }
}
