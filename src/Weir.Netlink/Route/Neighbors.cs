using System.Net;

namespace Weir.Netlink.Route;

/// <summary>A neighbour entry, as <c>ip neighbour show</c> shows it.</summary>
public sealed record Neighbor
{
    public required int LinkIndex { get; init; }
    public required IPAddress Address { get; init; }
    public byte[] LinkLayerAddress { get; init; } = [];
    /// <summary>NUD_ state; 0x80 is permanent.</summary>
    public ushort State { get; init; } = 0x80;
    public byte Flags { get; init; }
}

/// <summary><c>ip neighbour</c>.</summary>
public sealed class Neighbors
{
    public IReadOnlyList<Neighbor> List(int linkIndex = 0) => throw new NotImplementedException();
    public void Add(Neighbor neighbor) => throw new NotImplementedException();
    public void Delete(Neighbor neighbor) => throw new NotImplementedException();
}
