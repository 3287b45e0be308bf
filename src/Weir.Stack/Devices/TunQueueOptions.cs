using Weir.Linux;

namespace Weir.Stack.Devices;

/// <summary>A TUN or TAP device as a stack uses it.</summary>
public sealed record TunQueueOptions
{
    /// <summary>Of the link. It is made when it is not there, and then goes with the last queue that is closed.</summary>
    public required string Name { get; init; }

    public TunMode Mode { get; init; } = TunMode.Tun;

    /// <summary>Bytes of the largest IP packet: the link's own MTU.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Segments of up to 64 KiB and unfinished checksums are exchanged with the kernel (IFF_VNET_HDR, TUNSETOFFLOAD). Without effect where the kernel refuses it.</summary>
    public bool Offload { get; init; } = true;

    /// <summary>
    /// A thread of the kernel takes what the stack sends and puts the segments of a connection together (IFF_NAPI, threaded NAPI, GRO): more is sent
    /// where <see cref="Offload"/> is off, and answers come a little later, since one more thread has to wake. Linux 5.12; sets <c>threaded</c> of the
    /// device until the queue is closed.
    /// </summary>
    public bool Napi { get; init; }

    /// <summary>The device was made to be opened several times.</summary>
    public bool MultiQueue { get; init; }
}
