namespace Weir.Netlink.Queue;

/// <summary>What becomes of a packet: include/uapi/linux/netfilter.h, NF_.</summary>
public readonly record struct QueueVerdict(uint Value)
{
    public static QueueVerdict Drop => new(0);

    /// <summary>The packet goes on behind the rule.</summary>
    public static QueueVerdict Accept => new(1);

    /// <summary>The packet goes through the hook once more, from its first chain.</summary>
    public static QueueVerdict Repeat => new(4);

    /// <summary>As accept, and no later chain of this hook sees the packet.</summary>
    public static QueueVerdict Stop => new(5);

    /// <summary>Into another queue.</summary>
    public static QueueVerdict To(ushort queue) => new(((uint)queue << 16) | 3);
}
