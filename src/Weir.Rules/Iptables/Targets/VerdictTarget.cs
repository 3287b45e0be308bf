namespace Weir.Rules.Iptables.Targets;

/// <summary>The targets that end a packet's way through a chain by themselves. The names are the tool's.</summary>
public enum Verdict : byte
{
    ACCEPT,
    DROP,
    RETURN,
}

/// <summary><c>-j ACCEPT</c>, <c>-j DROP</c>, <c>-j RETURN</c>.</summary>
public sealed record VerdictTarget(Verdict Verdict) : IptablesTarget
{
    public override string Name => Verdict.ToString();

    internal override void Print(RulePrinter printer)
    {
    }
}
