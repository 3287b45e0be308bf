using System.Net;

namespace Weir.Rules.Ip;

/// <summary>A neighbour, as <c>ip neighbour</c> prints it and takes it.</summary>
public sealed record NeighborEntry : IpEntry
{
    public IPAddress Address { get; init; } = IPAddress.Any;
    public string Device { get; init; } = "";
    public byte[] LinkLayerAddress { get; init; } = [];
    /// <summary>NTF_ flags: 8 proxy, 0x80 router, 0x10 extern_learn, 0x20 offloaded.</summary>
    public byte Flags { get; init; }
    /// <summary>NUD_ states.</summary>
    public ushort State { get; init; }
    public byte Protocol { get; init; }
}
