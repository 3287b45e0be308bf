using System.Net;

namespace Weir.Rules.Ipset;

/// <summary>An element of a set. Which parts it has follows from the set's kind.</summary>
public sealed record IpsetEntry
{
    public IPAddress? Address { get; init; }

    public IPAddress? LastAddress { get; init; }

    public byte? PrefixLength { get; init; }

    /// <summary>IPPROTO_; null in a bitmap:port.</summary>
    public byte? Protocol { get; init; }

    /// <summary>For ICMP type and code: type * 256 + code.</summary>
    public ushort? Port { get; init; }

    public ushort? LastPort { get; init; }

    public IPAddress? SecondAddress { get; init; }

    public IPAddress? SecondLastAddress { get; init; }

    public byte? SecondPrefixLength { get; init; }

    /// <summary>The link of a hash:net,iface.</summary>
    public string? Link { get; init; }

    /// <summary>The link is a bridge's port (<c>physdev:eth0</c>).</summary>
    public bool PhysicalLink { get; init; }

    /// <summary>The link's name is a beginning (<c>wildcard</c>).</summary>
    public bool AnyLinkLike { get; init; }

    /// <summary>A list:set's member.</summary>
    public string? Member { get; init; }

    /// <summary>The member it goes before or after.</summary>
    public string? Neighbor { get; init; }

    public bool BeforeNeighbor { get; init; }

    public uint? Timeout { get; init; }

    public bool NoMatch { get; init; }

    public ulong? Packets { get; init; }

    public ulong? Bytes { get; init; }

    public string? Comment { get; init; }

    public (uint Mark, uint Mask)? SkbMark { get; init; }

    public uint? SkbPriority { get; init; }

    public ushort? SkbQueue { get; init; }
}
