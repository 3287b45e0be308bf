using Weir.Packets;

namespace Weir.TcpIp.Ip;

/// <summary>What an interface is to the stack.</summary>
public sealed record InterfaceOptions
{
    /// <summary>For people.</summary>
    public string Name { get; init; } = "";

    /// <summary>Own addresses; a route for the network of each is added. May be empty: a transparent interface needs none.</summary>
    public IReadOnlyList<IpPrefix> Addresses { get; init; } = [];

    /// <summary>Own Ethernet address; not needed for <see cref="Devices.DeviceMedium.Ip"/>.</summary>
    public MacAddress Mac { get; init; }

    /// <summary>TCP and UDP to foreign addresses that arrive here are handed to transparent listeners and sockets, with their original destination.</summary>
    public bool Transparent { get; init; }

    /// <summary>What arrives here for others is sent on by the routing table, when the interface that it leaves by forwards too.</summary>
    public bool Forwarding { get; init; }

    /// <summary>RFC 4862 5.4: before an IPv6 address is used, a second is spent on asking whether another one has it. Ethernet only.</summary>
    public bool DetectDuplicates { get; init; }

    /// <summary>On Ethernet: switches are told of the groups of neighbor discovery, by Multicast Listener Discovery (RFC 4861 7.2.1, RFC 3810).</summary>
    public bool ListenerReports { get; init; } = true;
}
