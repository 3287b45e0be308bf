namespace Weir.TcpIp.Ip;

/// <summary>Whether a packet was sent.</summary>
public enum IpSendResult : byte
{
    /// <summary>Given to the device, or waiting for its neighbor's address.</summary>
    Sent,
    /// <summary>No route leads there, or no own address can be used.</summary>
    NoRoute,
    /// <summary>Longer than an IP packet can be, or than passes when it must not be fragmented.</summary>
    TooLong,
    /// <summary>The device has no room now: try again after the next transmit.</summary>
    NoRoom,
}

/// <summary>A packet that is to be sent, without its payload.</summary>
internal readonly record struct IpOutgoing
{
    /// <summary>0: chosen by route.</summary>
    public required UInt128 Source { get; init; }

    public required UInt128 Destination { get; init; }

    public required byte Protocol { get; init; }

    public byte HopLimit { get; init; }

    public byte TrafficClass { get; init; }

    /// <summary>Refuse rather than fragment.</summary>
    public bool DontFragment { get; init; }

    /// <summary>Over IPv4 without DF, so that routers may fragment it too.</summary>
    public bool MayBeFragmented { get; init; }

    /// <summary>Where multicast and broadcast leave, and link-local destinations; else the routes say.</summary>
    public StackInterface? Interface { get; init; }
}
