using System.Net;

namespace Weir.Netlink.Sockets;

/// <summary>A TCP, UDP or raw socket, as <c>ss</c> shows it.</summary>
public sealed record InternetSocket
{
    public required SocketProtocol Protocol { get; init; }

    public required SocketState State { get; init; }

    /// <summary>A raw socket has its protocol for a port.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>Port 0 when it is not connected.</summary>
    public required IPEndPoint Remote { get; init; }

    /// <summary>The link that it is bound to; 0 for all.</summary>
    public int LinkIndex { get; init; }

    /// <summary>Tells it from a later socket with the same addresses.</summary>
    public ulong Cookie { get; init; }

    /// <summary>Bytes not read yet; of a listener: connections not accepted yet.</summary>
    public uint ReceiveQueue { get; init; }

    /// <summary>Bytes not acknowledged yet; of a listener: the most connections that wait.</summary>
    public uint SendQueue { get; init; }

    public uint UserId { get; init; }

    /// <summary>By which <see cref="SocketOwners"/> finds its processes; 0 once no process has it.</summary>
    public uint Inode { get; init; }

    /// <summary>0 none, 1 retransmission, 2 keep-alive, 3 time-wait, 4 window probe.</summary>
    public byte Timer { get; init; }

    public TimeSpan TimerLeft { get; init; }

    /// <summary>Retransmissions, or probes, of the timer.</summary>
    public byte Retransmits { get; init; }

    public SocketMemory? Memory { get; init; }

    /// <summary>Of TCP.</summary>
    public TcpInformation? Tcp { get; init; }

    public string? CongestionControl { get; init; }

    public byte? TypeOfService { get; init; }

    public byte? TrafficClass { get; init; }

    /// <summary>1 receiving is shut down, 2 sending.</summary>
    public byte? Shutdown { get; init; }

    /// <summary>An IPv6 socket that takes no IPv4.</summary>
    public bool? Ipv6Only { get; init; }

    /// <summary>SO_MARK; only root sees it.</summary>
    public uint? Mark { get; init; }

    public ulong? CgroupId { get; init; }
}
