using System.Net;

namespace Weir.Netlink.TrafficControl.Classifiers;

/// <summary>A field compared under a mask.</summary>
public readonly record struct Masked<T>(T Value, T Mask);

/// <summary><c>flower</c>: compares fields of the headers by name. What is null is not compared.</summary>
/// <remarks>The ethertype is the filter's <see cref="Filter.Protocol"/>. Ports are those of <see cref="IpProtocol"/>: TCP, UDP or SCTP.</remarks>
public sealed record FlowerClassifier() : Classifier("flower")
{
    public string InputDevice { get; init; } = "";
    /// <summary>MAC addresses as 48-bit numbers.</summary>
    public Masked<ulong>? DestinationMac { get; init; }
    public Masked<ulong>? SourceMac { get; init; }
    public ushort? VlanId { get; init; }
    public byte? VlanPriority { get; init; }
    /// <summary>The ethertype inside the VLAN.</summary>
    public ushort? VlanEtherType { get; init; }
    /// <summary>Read back: the ethertype that the kernel compares.</summary>
    public ushort? EtherType { get; init; }
    public byte? IpProtocol { get; init; }
    public Masked<byte>? TypeOfService { get; init; }
    public Masked<byte>? TimeToLive { get; init; }
    public Masked<IPAddress>? Destination { get; init; }
    public Masked<IPAddress>? Source { get; init; }
    public Masked<ushort>? DestinationPort { get; init; }
    public Masked<ushort>? SourcePort { get; init; }
    public Masked<ushort>? TcpFlags { get; init; }
    /// <summary>Of ICMP or ICMPv6, as <see cref="IpProtocol"/> says.</summary>
    public Masked<byte>? IcmpType { get; init; }
    public Masked<byte>? IcmpCode { get; init; }
    /// <summary>Attributes of keys that are not known here, by number.</summary>
    public IReadOnlyList<ushort> UnknownKeys { get; init; } = [];
}
