using Weir.Netlink.Nftables;

namespace Weir.Host.Nft.Statements;

/// <summary>The registers that hold what nat changes addresses and ports to; the ends are those of ranges.</summary>
internal sealed record NatRegisters
{
    internal NftRegister? Address { get; init; }

    internal NftRegister? AddressEnd { get; init; }

    internal NftRegister? Port { get; init; }

    internal NftRegister? PortEnd { get; init; }
}
