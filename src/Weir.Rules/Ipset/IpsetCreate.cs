using System.Net;

namespace Weir.Rules.Ipset;

/// <summary><c>create</c>: makes a set. What is null was not said.</summary>
public sealed record IpsetCreate(string Name, string Type) : IpsetCommand
{
    public IpsetFamily? Family { get; init; }

    public uint? HashSize { get; init; }

    public uint? MaxElements { get; init; }

    public byte? Netmask { get; init; }

    public IPAddress? Bitmask { get; init; }

    /// <summary>Seconds; 0 is for ever.</summary>
    public uint? Timeout { get; init; }

    public bool Counters { get; init; }

    public bool Comments { get; init; }

    public bool ForceAdd { get; init; }

    public bool SkbInfo { get; init; }

    public byte? BucketSize { get; init; }

    public uint? InitialValue { get; init; }

    /// <summary>Of a bitmap:port.</summary>
    public (ushort First, ushort Last)? Range { get; init; }

    /// <summary>Of a bitmap:ip.</summary>
    public (IPAddress First, IPAddress Last)? Addresses { get; init; }

    /// <summary>Of a list:set.</summary>
    public uint? Size { get; init; }

    /// <summary>How its elements are written.</summary>
    public IpsetKind Kind => new(Type, Family ?? IpsetFamily.Inet);
}
