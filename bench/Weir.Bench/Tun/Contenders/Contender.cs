namespace Weir.Bench.Tun.Contenders;

/// <summary>A way from the client's TCP to services; what differs between them is who answers the client's segments.</summary>
internal abstract class Contender
{
    /// <summary>The word that chooses it.</summary>
    internal abstract string Name { get; }

    /// <summary>What it is, in the tables.</summary>
    internal abstract string Title(TunSetting setting);

    /// <summary>What this machine lacks for it.</summary>
    internal abstract string? Missing { get; }

    internal abstract bool Has(TunSetting setting);

    /// <summary>Puts it into the bed, whose client is there, and says its address.</summary>
    internal abstract void SetUp(Bed bed, TunSetting setting);
}
