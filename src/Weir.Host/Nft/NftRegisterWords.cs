using Weir.Netlink.Nftables;

namespace Weir.Host.Nft;

/// <summary>The kernel names its registers twice: four of 16 bytes are sixteen words of four.</summary>
internal static class NftRegisterWords
{
    private const uint WordsOfRegister = 4;

    /// <summary>The number of a register's first four bytes.</summary>
    internal static uint FirstWord(this NftRegister register) => register is >= NftRegister.NFT_REG_1 and <= NftRegister.NFT_REG_4
        ? (uint)NftRegister.NFT_REG32_00 + (((uint)register - 1) * WordsOfRegister)
        : (uint)register;
}
