namespace Weir.Netlink.Nftables;

/// <summary>Where a base chain stands in the packet path.</summary>
/// <param name="Number">ip, ip6, inet, bridge: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting, 5 ingress (inet); netdev: 0 ingress, 1 egress; arp: 0 input, 1 output.</param>
/// <param name="Priority">Lower ones come first: raw −300, mangle −150, dstnat −100, filter 0, security 50, srcnat 100.</param>
public sealed record NftHook(uint Number, int Priority)
{
    /// <summary>The devices of an ingress or egress chain.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    public bool Equals(NftHook? other) => other is not null && Number == other.Number && Priority == other.Priority && Devices.SequenceEqual(other.Devices);

    public override int GetHashCode() => HashCode.Combine(Number, Priority, Devices.Count);
}
