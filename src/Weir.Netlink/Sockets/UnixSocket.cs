namespace Weir.Netlink.Sockets;

/// <summary>A socket between processes of this host, as <c>ss -x</c> shows it.</summary>
public sealed record UnixSocket
{
    /// <summary>1 stream, 2 datagram, 5 sequenced packets.</summary>
    public required byte Type { get; init; }

    public required SocketState State { get; init; }

    public required uint Inode { get; init; }

    public ulong Cookie { get; init; }

    /// <summary>A path, or <c>@name</c> for one without; empty when it was never bound.</summary>
    public string Name { get; init; } = "";

    /// <summary>The other end's; 0 when there is none.</summary>
    public uint PeerInode { get; init; }

    /// <summary>Bytes not read; of a listener: connections not accepted.</summary>
    public uint ReceiveQueue { get; init; }

    /// <summary>Of a listener: the most connections that wait.</summary>
    public uint SendQueue { get; init; }

    public SocketMemory? Memory { get; init; }

    public byte? Shutdown { get; init; }

    public uint? UserId { get; init; }
}
