using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_log_level.</summary>
public enum LogLevel : uint
{
    NFT_LOGLEVEL_EMERG = 0,
    NFT_LOGLEVEL_ALERT = 1,
    NFT_LOGLEVEL_CRIT = 2,
    NFT_LOGLEVEL_ERR = 3,
    NFT_LOGLEVEL_WARNING = 4,
    NFT_LOGLEVEL_NOTICE = 5,
    NFT_LOGLEVEL_INFO = 6,
    NFT_LOGLEVEL_DEBUG = 7,
    NFT_LOGLEVEL_AUDIT = 8,
}

/// <summary>include/uapi/linux/netfilter/nf_log.h.</summary>
[Flags]
public enum LogFlags : uint
{
    None = 0,
    NF_LOG_TCPSEQ = 1,
    NF_LOG_TCPOPT = 2,
    NF_LOG_IPOPT = 4,
    NF_LOG_UID = 8,
    NF_LOG_NFLOG = 16,
    NF_LOG_MACDECODE = 32,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_log_attributes.</summary>
internal enum LogAttribute : ushort
{
    NFTA_LOG_GROUP = 1,
    NFTA_LOG_PREFIX = 2,
    NFTA_LOG_SNAPLEN = 3,
    NFTA_LOG_QTHRESHOLD = 4,
    NFTA_LOG_LEVEL = 5,
    NFTA_LOG_FLAGS = 6,
}

/// <summary>Logs the packet: to the kernel's log with a level, or, with a group, to NFLOG's sockets.</summary>
public sealed record LogExpression() : NftExpression(LogExpression.KernelName)
{
    internal const string KernelName = "log";

    public string Prefix { get; init; } = "";

    /// <summary>NFLOG's group; null: the kernel's log.</summary>
    public ushort? Group { get; init; }

    /// <summary>At most so many bytes of the packet.</summary>
    public uint? SnapLength { get; init; }

    /// <summary>So many packets are sent together.</summary>
    public ushort? QueueThreshold { get; init; }

    public LogLevel? Level { get; init; }

    public LogFlags Flags { get; init; }

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(LogAttribute.NFTA_LOG_FLAGS)
            ? new LogExpression
            {
                Prefix = data.Text(LogAttribute.NFTA_LOG_PREFIX),
                Group = data.Has(LogAttribute.NFTA_LOG_GROUP) ? data.UInt16(LogAttribute.NFTA_LOG_GROUP) : null,
                SnapLength = data.Has(LogAttribute.NFTA_LOG_SNAPLEN) ? data.UInt32(LogAttribute.NFTA_LOG_SNAPLEN) : null,
                QueueThreshold = data.Has(LogAttribute.NFTA_LOG_QTHRESHOLD) ? data.UInt16(LogAttribute.NFTA_LOG_QTHRESHOLD) : null,
                Level = data.Has(LogAttribute.NFTA_LOG_LEVEL) ? (LogLevel)data.UInt32(LogAttribute.NFTA_LOG_LEVEL) : null,
                Flags = (LogFlags)data.UInt32(LogAttribute.NFTA_LOG_FLAGS),
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        if (Prefix.Length != 0)
            writer.WriteString(LogAttribute.NFTA_LOG_PREFIX, Prefix);
        if (Group is { } group)
            writer.WriteUInt16BigEndian(LogAttribute.NFTA_LOG_GROUP, group);
        if (SnapLength is { } length)
            writer.WriteUInt32BigEndian(LogAttribute.NFTA_LOG_SNAPLEN, length);
        if (QueueThreshold is { } threshold)
            writer.WriteUInt16BigEndian(LogAttribute.NFTA_LOG_QTHRESHOLD, threshold);
        if (Level is { } level)
            writer.WriteUInt32BigEndian(LogAttribute.NFTA_LOG_LEVEL, (uint)level);
        writer.WriteUInt32Unless0(LogAttribute.NFTA_LOG_FLAGS, (uint)Flags);
    }
}
