namespace Weir.TcpIp.Devices;

/// <summary>What a device can do for the stack.</summary>
public sealed record DeviceCapabilities
{
    public required DeviceMedium Medium { get; init; }

    /// <summary>Bytes of the largest IP packet, without a link header: 576 to 65535.</summary>
    public required int Mtu { get; init; }

    /// <summary>The device, or who is behind it, fills in TCP and UDP checksums: the stack leaves the folded sum of the pseudo header in the field.</summary>
    public bool TransmitChecksumOffload { get; init; }

    /// <summary>Bytes of the largest TCP packet that the device cuts into segments itself (TSO), IP header included; 0: it does not.</summary>
    public int MaxSegmentOffload { get; init; }

    /// <summary>Who is behind the device puts the segments of a connection together (GRO) and may wait for more of them until one carries PSH: TCP ends with it whatever it sends at once.</summary>
    public bool HoldsUntilPush { get; init; }
}
