namespace Weir.TcpIp.Ip;

/// <summary>Where packets to a network go.</summary>
public sealed record Route
{
    public required IpPrefix Destination { get; init; }

    /// <summary>The index that AddInterface gave.</summary>
    public required int Interface { get; init; }

    /// <summary>The router's address; 0: the destination itself is on the link.</summary>
    public UInt128 Gateway { get; init; }

    /// <summary>The source address of packets that have none yet; 0: chosen from the interface's.</summary>
    public UInt128 PreferredSource { get; init; }

    /// <summary>Bytes of the largest packet that passes; 0: what the device says.</summary>
    public int Mtu { get; init; }
}
