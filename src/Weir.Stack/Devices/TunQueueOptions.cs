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
    /// The kernel puts the segments of a connection together as a network card's driver does (IFF_NAPI, GRO), and takes up to 64 KiB at once: twice as much
    /// is sent where <see cref="Offload"/> is off; with it nothing is left to gain. For a stack's own segments: those of others that are only forwarded may
    /// wait up to 20 ms for more. Linux 4.15; sets <c>gro_flush_timeout</c> of the device until the queue is closed. Without effect in a process that
    /// may not, and where <see cref="Mtu"/> is above 4096: such long segments go one by one.
    /// </summary>
    public bool Napi { get; init; }

    /// <summary>The device was made to be opened several times.</summary>
    public bool MultiQueue { get; init; }
}
