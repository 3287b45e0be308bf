using System.Net;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>A neighbour entry, as <c>ip neighbour show</c> shows it.</summary>
public sealed record Neighbor
{
    public required int LinkIndex { get; init; }
    public required IPAddress Address { get; init; }
    public byte[] LinkLayerAddress { get; init; } = [];
    /// <summary>NUD_ state; 0x80 is permanent, 0x40 noarp; others the kernel learned. See <see cref="NeighborState"/>.</summary>
    public ushort State { get; init; } = 0x80;
    /// <summary>NTF_ flags; 8 is an entry that is answered for others (<c>ip neighbour show proxy</c>).</summary>
    public byte Flags { get; init; }
    /// <summary>NDA_PROTOCOL: who made it (RTPROT_); 0 when not said.</summary>
    public byte Protocol { get; init; }
    /// <summary>NDA_FLAGS_EXT: NTF_EXT_ flags.</summary>
    public uint ExtendedFlags { get; init; }
}

/// <summary><c>ip neighbour</c>.</summary>
public sealed class Neighbors
{
    private readonly NetlinkExchange _exchange;

    internal Neighbors(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary>All entries, proxies too, or those of one link when <paramref name="linkIndex"/> is not 0.</summary>
    public IReadOnlyList<Neighbor> List(int linkIndex = 0) =>
        [.. List(linkIndex, NeighborFlags.None), .. List(linkIndex, NeighborFlags.NTF_PROXY)];

    /// <summary>EEXIST when the link has an entry for the address.</summary>
    public void Add(Neighbor neighbor) => Write("add neighbour", neighbor, NetlinkMessageType.RTM_NEWNEIGH, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    /// <summary><c>ip neighbour replace</c>.</summary>
    public void Set(Neighbor neighbor) => Write("set neighbour", neighbor, NetlinkMessageType.RTM_NEWNEIGH, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_REPLACE);

    /// <summary><c>ip neighbour change</c>: ENOENT when there is none.</summary>
    public void Change(Neighbor neighbor) => Write("change neighbour", neighbor, NetlinkMessageType.RTM_NEWNEIGH, NewFlags.NLM_F_REPLACE);

    /// <summary><c>ip neighbour get</c>; null when there is none.</summary>
    public Neighbor? Get(int linkIndex, IPAddress address)
    {
        Neighbor? found = null;
        var writer = _exchange.Begin();
        NeighborMessage.WriteGet(ref writer, linkIndex, address);
        try
        {
            _exchange.Get($"get neighbour {address} of link {linkIndex}", writer, NetlinkMessageType.RTM_GETNEIGH, message => found = NeighborMessage.Read(message) ?? found);
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOENT)
        {
            return null;
        }

        return found;
    }

    public void Delete(Neighbor neighbor) => Write("delete neighbour", neighbor, NetlinkMessageType.RTM_DELNEIGH, NewFlags.None);

    private List<Neighbor> List(int linkIndex, NeighborFlags flags)
    {
        var writer = _exchange.Begin();
        NeighborMessage.WriteList(ref writer, linkIndex, flags);
        return _exchange.Dump("list neighbours", writer, NetlinkMessageType.RTM_GETNEIGH,
            message => NeighborMessage.Read(message) is { } neighbor && (linkIndex == 0 || neighbor.LinkIndex == linkIndex) ? neighbor : null);
    }

    private void Write(string verb, Neighbor neighbor, NetlinkMessageType type, NewFlags flags)
    {
        var writer = _exchange.Begin();
        NeighborMessage.Write(ref writer, neighbor);
        _exchange.Change(new OperationName(verb, neighbor, Describe), writer, type, flags);
    }

    private static string Describe(object neighbor) => neighbor is Neighbor { Address: var address, LinkIndex: var link } ? $"{address} of link {link}" : "";
}
