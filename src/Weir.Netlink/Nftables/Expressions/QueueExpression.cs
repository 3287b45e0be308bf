using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: NFT_QUEUE_FLAG_.</summary>
[Flags]
public enum QueueFlags : ushort
{
    None = 0,
    NFT_QUEUE_FLAG_BYPASS = 1,
    NFT_QUEUE_FLAG_CPU_FANOUT = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_queue_attributes.</summary>
internal enum QueueAttribute : ushort
{
    NFTA_QUEUE_NUM = 1,
    NFTA_QUEUE_TOTAL = 2,
    NFTA_QUEUE_FLAGS = 3,
    NFTA_QUEUE_SREG_QNUM = 4,
}

/// <summary>Gives the packet to a program behind NFQUEUE.</summary>
/// <param name="Number">The first queue.</param>
/// <param name="Total">So many queues from there, by flow.</param>
public sealed record QueueExpression(ushort Number, ushort Total = 1, QueueFlags Flags = QueueFlags.None) : NftExpression(QueueExpression.KernelName)
{
    internal const string KernelName = "queue";

    /// <summary>The queue's number from a register; <see cref="Number"/> and <see cref="Total"/> then have no say.</summary>
    public NftRegister? NumberRegister { get; init; }

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(QueueAttribute.NFTA_QUEUE_SREG_QNUM)
            ? new QueueExpression(data.UInt16(QueueAttribute.NFTA_QUEUE_NUM), data.UInt16(QueueAttribute.NFTA_QUEUE_TOTAL), (QueueFlags)data.UInt16(QueueAttribute.NFTA_QUEUE_FLAGS))
            {
                NumberRegister = data.Has(QueueAttribute.NFTA_QUEUE_SREG_QNUM) ? data.Register(QueueAttribute.NFTA_QUEUE_SREG_QNUM) : null,
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        if (NumberRegister is { } register)
        {
            writer.WriteRegister(QueueAttribute.NFTA_QUEUE_SREG_QNUM, register);
        }
        else
        {
            writer.WriteUInt16BigEndian(QueueAttribute.NFTA_QUEUE_NUM, Number);
            writer.WriteUInt16BigEndian(QueueAttribute.NFTA_QUEUE_TOTAL, Total);
        }

        if (Flags != QueueFlags.None)
            writer.WriteUInt16BigEndian(QueueAttribute.NFTA_QUEUE_FLAGS, (ushort)Flags);
    }
}
