using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_socket_keys.</summary>
public enum SocketKey : uint
{
    NFT_SOCKET_TRANSPARENT = 0,
    NFT_SOCKET_MARK = 1,
    NFT_SOCKET_WILDCARD = 2,
    NFT_SOCKET_CGROUPV2 = 3,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_socket_attributes.</summary>
internal enum SocketAttribute : ushort
{
    NFTA_SOCKET_KEY = 1,
    NFTA_SOCKET_DREG = 2,
    NFTA_SOCKET_LEVEL = 3,
}

/// <summary>Loads a fact about the socket that the packet would reach.</summary>
/// <param name="Level">Of the control group: for NFT_SOCKET_CGROUPV2 only.</param>
public sealed record SocketExpression(SocketKey Key, NftRegister Destination = NftRegister.NFT_REG_1, uint? Level = null) : NftExpression(SocketExpression.KernelName)
{
    internal const string KernelName = "socket";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(SocketAttribute.NFTA_SOCKET_LEVEL)
            ? new SocketExpression(
                (SocketKey)data.UInt32(SocketAttribute.NFTA_SOCKET_KEY),
                data.Register(SocketAttribute.NFTA_SOCKET_DREG),
                data.Has(SocketAttribute.NFTA_SOCKET_LEVEL) ? data.UInt32(SocketAttribute.NFTA_SOCKET_LEVEL) : null)
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(SocketAttribute.NFTA_SOCKET_KEY, (uint)Key);
        writer.WriteRegister(SocketAttribute.NFTA_SOCKET_DREG, Destination);
        if (Level is { } level)
            writer.WriteUInt32BigEndian(SocketAttribute.NFTA_SOCKET_LEVEL, level);
    }
}
