using System.Net;

namespace Weir.Netlink.Ipset;

/// <summary>An element of a set, as <c>ipset add</c> is told it. Which parts it has follows from the set's kind.</summary>
public sealed record IpsetElement
{
    public IPAddress? Address { get; init; }

    /// <summary>The last address of a range (IPv4 only).</summary>
    public IPAddress? LastAddress { get; init; }

    public byte? PrefixLength { get; init; }

    /// <summary>IPPROTO_; kinds with <c>port</c> need it, bitmap:port has none.</summary>
    public byte? Protocol { get; init; }

    /// <summary>For ICMP type and code: type * 256 + code.</summary>
    public ushort? Port { get; init; }

    public ushort? LastPort { get; init; }

    /// <summary>The second address, of hash:ip,port,ip and hash:ip,port,net.</summary>
    public IPAddress? SecondAddress { get; init; }

    /// <summary>The last of a range of second addresses (IPv4 only).</summary>
    public IPAddress? SecondLastAddress { get; init; }

    public byte? SecondPrefixLength { get; init; }

    /// <summary>The link of hash:net,iface.</summary>
    public string? Link { get; init; }

    /// <summary><see cref="Link"/> is a bridge's port.</summary>
    public bool PhysicalLink { get; init; }

    /// <summary><see cref="Link"/> is the beginning of a name.</summary>
    public bool AnyLinkLike { get; init; }

    /// <summary>A list:set's member.</summary>
    public string? SetName { get; init; }

    /// <summary>The member that this one is put before, or after; null puts it at the end.</summary>
    public string? Neighbor { get; init; }

    public bool BeforeNeighbor { get; init; }

    /// <summary>Seconds left; 0 for ever; null: as the set says.</summary>
    public uint? Timeout { get; init; }

    /// <summary>What is in this network is not in the set.</summary>
    public bool NoMatch { get; init; }

    public ulong? Packets { get; init; }

    public ulong? Bytes { get; init; }

    /// <summary>At most 255 bytes.</summary>
    public string? Comment { get; init; }

    public (uint Mark, uint Mask)? SkbMark { get; init; }

    /// <summary>As tc's handles: major in the upper 16 bits.</summary>
    public uint? SkbPriority { get; init; }

    public ushort? SkbQueue { get; init; }
}
