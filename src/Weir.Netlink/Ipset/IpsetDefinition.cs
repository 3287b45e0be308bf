using System.Net;
using System.Net.Sockets;

namespace Weir.Netlink.Ipset;

/// <summary>What makes a set, as <c>ipset create</c> is told it. What is null is left to the kernel.</summary>
public sealed record IpsetDefinition
{
    /// <summary>At most 31 bytes.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>hash:ip</c>, <c>hash:net</c>, <c>hash:ip,port</c>, <c>hash:net,port</c>, <c>hash:ip,port,ip</c>, <c>hash:ip,port,net</c>, <c>hash:net,iface</c>,
    /// <c>bitmap:ip</c>, <c>bitmap:port</c>, <c>list:set</c>.
    /// </summary>
    public required string Type { get; init; }

    /// <summary>Of the addresses, IPv4 alone in bitmap:ip; Unspecified for bitmap:port and list:set.</summary>
    public AddressFamily Family { get; init; }

    /// <summary>The attributes that the kernel knows grow with it; null takes the newest that both sides know.</summary>
    public byte? Revision { get; init; }

    /// <summary>Buckets at first; the kernel rounds up to a power of two.</summary>
    public uint? HashSize { get; init; }

    public uint? MaxElements { get; init; }

    /// <summary>Elements of a bucket before the hash grows: 2 to 12.</summary>
    public byte? BucketSize { get; init; }

    /// <summary>The start value of the hash function; the kernel takes a random one.</summary>
    public uint? InitialValue { get; init; }

    /// <summary>Seconds that an element stays when it says nothing itself; 0 for ever; null: elements have no timeouts.</summary>
    public uint? Timeout { get; init; }

    public bool Counters { get; init; }

    public bool Comments { get; init; }

    /// <summary>A full set drops an element for a new one.</summary>
    public bool ForceAdd { get; init; }

    /// <summary>Elements have a mark, a priority and a queue for packets.</summary>
    public bool SkbInfo { get; init; }

    /// <summary>Addresses are cut to so many bits before they are stored.</summary>
    public byte? Netmask { get; init; }

    /// <summary>Addresses are masked with it before they are stored.</summary>
    public IPAddress? Bitmask { get; init; }

    /// <summary>First and last port of a bitmap:port.</summary>
    public (ushort First, ushort Last)? Ports { get; init; }

    /// <summary>First and last address of a bitmap:ip.</summary>
    public (IPAddress First, IPAddress Last)? Addresses { get; init; }

    /// <summary>The most members of a list:set.</summary>
    public uint? Size { get; init; }
}

/// <summary>A set as the kernel has it.</summary>
public sealed record IpsetContent
{
    public required IpsetDefinition Definition { get; init; }

    /// <summary>Rules and lists that hold it: it can't be destroyed before they are gone.</summary>
    public uint References { get; init; }

    /// <summary>Bytes.</summary>
    public uint Memory { get; init; }

    /// <summary>In the kernel's order.</summary>
    public required IReadOnlyList<IpsetElement> Elements { get; init; }
}
