namespace Weir.Rules.Ip.Json;

/// <summary>One object of <c>ip -j neighbour</c> (iproute2's <c>ip/ipneigh.c</c> print_neigh).</summary>
internal static class NeighborJson
{
    internal static NeighborEntry Parse(Members members, IpNameTables names)
    {
        var neighbor = new NeighborEntry
        {
            Address = members.Address("dst") ?? throw new LineException("A neighbour has an address."),
            Device = members.Text("dev") ?? "",
            LinkLayerAddress = members.Text("lladdr") is { } octets ? LinkText.OctetsOf(octets, "lladdr") : [],
            Flags = NeighborText.TakeFlags(members),
            Protocol = (byte)(members.Named("protocol", names.Protocols, byte.MaxValue) ?? 0),
        };
        foreach (var word in members.Texts("state"))
            neighbor = neighbor with { State = (ushort)(neighbor.State | NeighborText.StateOf(word)) };
        return neighbor;
    }
}
