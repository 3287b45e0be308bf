namespace Weir.Rules.Iptables;

/// <summary>Ports from <paramref name="First"/> to <paramref name="Last"/>, both included: <c>80</c>, <c>1000:2000</c>.</summary>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>Every port there is: what a match without ports means.</summary>
    public static PortRange All => new(0, ushort.MaxValue);

    public override string ToString() => First == Last ? $"{First}" : $"{First}:{Last}";
}
