namespace Weir.Netlink.Queue;

/// <summary>How a queue is bound.</summary>
public sealed record PacketQueueOptions
{
    /// <summary>The number that the rule names (<c>--queue-num</c>).</summary>
    public required ushort Number { get; init; }

    /// <summary>Bytes of each packet that are copied, at most 65,531; 0: none, only what is known about it.</summary>
    public uint CopyRange { get; init; } = QueueMessage.LargestCopy;

    /// <summary>Packets that may wait for their verdict; null: the kernel's 1,024.</summary>
    public uint? Length { get; init; }

    /// <summary>What is wished for; <see cref="PacketQueue.Flags"/> says what the kernel took.</summary>
    public QueueFlags Flags { get; init; }

    /// <summary>Bytes of packets that may wait in the socket; packets that do not fit are dropped, or pass with fail-open.</summary>
    public int SocketBuffer { get; init; } = 8 << 20;

    /// <summary>Packets that one receive gives at most.</summary>
    public int BatchSize { get; init; } = 64;
}
