using System.Net;
using System.Net.Sockets;

namespace Weir.Rules.Ip;

/// <summary>An address of a link, as <c>ip address</c> prints it and takes it.</summary>
public sealed record AddressEntry : IpEntry
{
    public string Device { get; init; } = "";
    public IPAddress Local { get; init; } = IPAddress.Any;
    public int PrefixLength { get; init; }
    /// <summary>The other end of a point-to-point address; the prefix length then counts for it.</summary>
    public IPAddress? Peer { get; init; }
    public uint? Metric { get; init; }
    public IPAddress? Broadcast { get; init; }
    public byte Scope { get; init; }
    /// <summary>IFA_F_ flags; 0x80 is permanent, without it the address is dynamic.</summary>
    public uint Flags { get; init; } = 0x80;
    public byte Protocol { get; init; }
    public string Label { get; init; } = "";
    /// <summary>Seconds; <see cref="uint.MaxValue"/> is for ever.</summary>
    public uint ValidLifetime { get; init; } = uint.MaxValue;
    public uint PreferredLifetime { get; init; } = uint.MaxValue;

    public bool IsIPv6 => Local.AddressFamily == AddressFamily.InterNetworkV6;
}
