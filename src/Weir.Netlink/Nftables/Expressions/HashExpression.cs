using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_hash_types.</summary>
public enum HashType : uint
{
    NFT_HASH_JENKINS = 0,
    NFT_HASH_SYM = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_hash_attributes.</summary>
internal enum HashAttribute : ushort
{
    NFTA_HASH_SREG = 1,
    NFTA_HASH_DREG = 2,
    NFTA_HASH_LEN = 3,
    NFTA_HASH_MODULUS = 4,
    NFTA_HASH_SEED = 5,
    NFTA_HASH_OFFSET = 6,
    NFTA_HASH_TYPE = 7,
}

/// <summary>Makes numbers from offset to offset + modulus − 1 out of a register (jhash) or of the packet's flow (symhash).</summary>
public sealed record HashExpression(HashType Type, uint Modulus, uint Offset = 0, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(HashExpression.KernelName)
{
    internal const string KernelName = "hash";

    /// <summary>For NFT_HASH_JENKINS.</summary>
    public NftRegister? Source { get; init; }

    /// <summary>How many bytes of <see cref="Source"/>.</summary>
    public uint Length { get; init; }

    /// <summary>Null: the kernel makes one up and does not tell it.</summary>
    public uint? Seed { get; init; }

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(HashAttribute.NFTA_HASH_TYPE)
            ? new HashExpression(
                (HashType)data.UInt32(HashAttribute.NFTA_HASH_TYPE),
                data.UInt32(HashAttribute.NFTA_HASH_MODULUS),
                data.UInt32(HashAttribute.NFTA_HASH_OFFSET),
                data.Register(HashAttribute.NFTA_HASH_DREG))
            {
                Source = data.Has(HashAttribute.NFTA_HASH_SREG) ? data.Register(HashAttribute.NFTA_HASH_SREG) : null,
                Length = data.UInt32(HashAttribute.NFTA_HASH_LEN),
                Seed = data.Has(HashAttribute.NFTA_HASH_SEED) ? data.UInt32(HashAttribute.NFTA_HASH_SEED) : null,
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        if (Source is { } source)
            writer.WriteRegister(HashAttribute.NFTA_HASH_SREG, source);
        writer.WriteRegister(HashAttribute.NFTA_HASH_DREG, Destination);
        writer.WriteUInt32Unless0(HashAttribute.NFTA_HASH_LEN, Length);
        writer.WriteUInt32BigEndian(HashAttribute.NFTA_HASH_MODULUS, Modulus);
        if (Seed is { } seed)
            writer.WriteUInt32BigEndian(HashAttribute.NFTA_HASH_SEED, seed);
        writer.WriteUInt32Unless0(HashAttribute.NFTA_HASH_OFFSET, Offset);
        writer.WriteUInt32BigEndian(HashAttribute.NFTA_HASH_TYPE, (uint)Type);
    }
}
