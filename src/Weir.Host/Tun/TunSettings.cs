using System.Net;
using Weir.Linux;

namespace Weir.Host.Tun;

/// <summary>A persistent TUN or TAP device with its address, its route and, if wanted, the masquerading of what comes out of it.</summary>
public sealed record TunSettings
{
    /// <summary>1 to 15 characters.</summary>
    public required string Name { get; init; }

    public TunMode Mode { get; init; } = TunMode.Tun;

    /// <summary>The host's own address on the device.</summary>
    public required IPAddress Address { get; init; }

    public required byte PrefixLength { get; init; }

    /// <summary>The mark of connections from the device's network, by which they are masqueraded; null: they are not.</summary>
    public uint? NatMark { get; init; }

    /// <summary>The user who may open the device without CAP_NET_ADMIN; null: not said.</summary>
    public uint? Owner { get; init; }

    /// <summary>The least retransmission time-out of the host's connections to the device's network (RTAX_RTO_MIN); null: the kernel's, 200 ms.</summary>
    public TimeSpan? RtoMin { get; init; }

    /// <summary>Null: 1500.</summary>
    public int? Mtu { get; init; }

    /// <summary>The device may be opened once for each queue.</summary>
    public bool MultiQueue { get; init; }
}
