namespace Weir.Rules.Iptables;

/// <summary>Packets and bytes of a rule or of a chain's policy: <c>[37:3477]</c>.</summary>
public readonly record struct IptablesCounters(ulong Packets, ulong Bytes)
{
    public override string ToString() => $"[{Packets}:{Bytes}]";
}
