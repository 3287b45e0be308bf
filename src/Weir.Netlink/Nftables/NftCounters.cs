namespace Weir.Netlink.Nftables;

/// <summary>What a base chain's policy has decided so far.</summary>
public readonly record struct NftCounters(ulong Packets, ulong Bytes);
