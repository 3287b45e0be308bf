namespace Weir.Netlink.Ethtool;

/// <summary>One offload feature of a link, a line of <c>ethtool -k</c>.</summary>
public sealed record LinkFeature
{
    /// <summary>The kernel's name: <c>tx-checksum-ip-generic</c>.</summary>
    public required string Name { get; init; }

    public bool IsActive { get; init; }

    /// <summary>What was asked for; differs from <see cref="IsActive"/> while something that it needs is off (<c>[requested on]</c>).</summary>
    public bool IsWanted { get; init; }

    /// <summary>Neither the driver nor the kernel lets it be switched (<c>[fixed]</c>).</summary>
    public bool IsFixed { get; init; }
}
