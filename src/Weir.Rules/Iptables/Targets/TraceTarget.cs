namespace Weir.Rules.Iptables.Targets;

/// <summary><c>-j TRACE</c>: the packet's way through all rules after this one is told to who listens (<c>nft monitor trace</c>).</summary>
public sealed record TraceTarget : IptablesTarget
{
    public override string Name => "TRACE";

    internal override void Print(RulePrinter printer)
    {
    }
}
