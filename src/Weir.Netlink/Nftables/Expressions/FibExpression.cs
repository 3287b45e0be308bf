using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_fib_result.</summary>
public enum FibResult : uint
{
    NFT_FIB_RESULT_UNSPEC = 0,
    NFT_FIB_RESULT_OIF = 1,
    NFT_FIB_RESULT_OIFNAME = 2,
    NFT_FIB_RESULT_ADDRTYPE = 3,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_fib_flags.</summary>
[Flags]
public enum FibFlags : uint
{
    None = 0,
    NFTA_FIB_F_SADDR = 1,
    NFTA_FIB_F_DADDR = 2,
    NFTA_FIB_F_MARK = 4,
    NFTA_FIB_F_IIF = 8,
    NFTA_FIB_F_OIF = 16,
    NFTA_FIB_F_PRESENT = 32,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_fib_attributes.</summary>
internal enum FibAttribute : ushort
{
    NFTA_FIB_DREG = 1,
    NFTA_FIB_RESULT = 2,
    NFTA_FIB_FLAGS = 3,
}

/// <summary>Asks the routing tables: an address's type, or the interface that it is reached by.</summary>
public sealed record FibExpression(FibResult Result, FibFlags Flags, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(FibExpression.KernelName)
{
    internal const string KernelName = "fib";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(FibAttribute.NFTA_FIB_FLAGS)
            ? new FibExpression((FibResult)data.UInt32(FibAttribute.NFTA_FIB_RESULT), (FibFlags)data.UInt32(FibAttribute.NFTA_FIB_FLAGS), data.Register(FibAttribute.NFTA_FIB_DREG))
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(FibAttribute.NFTA_FIB_FLAGS, (uint)Flags);
        writer.WriteUInt32BigEndian(FibAttribute.NFTA_FIB_RESULT, (uint)Result);
        writer.WriteRegister(FibAttribute.NFTA_FIB_DREG, Destination);
    }
}
