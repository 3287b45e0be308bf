namespace Weir.Netlink.Log;

/// <summary>How a group of log messages is bound.</summary>
public sealed record PacketLogOptions
{
    /// <summary>The number that the rule names (<c>--nflog-group</c>).</summary>
    public required ushort Group { get; init; }

    /// <summary>Bytes of each packet that are copied; 0: none, only what is known about it.</summary>
    public uint CopyRange { get; init; } = LogMessage.LargestCopy;

    /// <summary>Packets that the kernel gathers before it sends them; null: 1, unless the rule has its own (<c>--nflog-threshold</c>).</summary>
    public uint? Threshold { get; init; }

    /// <summary>How long the kernel gathers at most; rounded to hundredths of a second. Null: a second.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Bytes that may wait in the socket.</summary>
    public int SocketBuffer { get; init; } = 8 << 20;

    /// <summary>Datagrams of packets that one receive takes at most.</summary>
    public int BatchSize { get; init; } = 64;
}
