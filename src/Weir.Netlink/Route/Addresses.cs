using System.Net;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>An address of a link, as <c>ip address show</c> shows it.</summary>
public sealed record LinkAddress
{
    public required int LinkIndex { get; init; }
    public required IPAddress Address { get; init; }
    public required byte PrefixLength { get; init; }
    /// <summary>The other end of a point-to-point address; null when none.</summary>
    public IPAddress? Peer { get; init; }
    public IPAddress? Broadcast { get; init; }
    /// <summary>RT_SCOPE_: 0 global, 253 link, 254 host.</summary>
    public byte Scope { get; init; }
    public string Label { get; init; } = "";
    /// <summary>IFA_F_ flags of include/uapi/linux/if_addr.h, see <see cref="AddressFlags"/>. Add passes on those that may be asked for.</summary>
    public uint Flags { get; init; }
    /// <summary>Seconds; <see cref="uint.MaxValue"/> is for ever.</summary>
    public uint ValidLifetime { get; init; } = uint.MaxValue;
    public uint PreferredLifetime { get; init; } = uint.MaxValue;
    /// <summary>IFA_RT_PRIORITY: metric of the prefix route; 0 when not set.</summary>
    public uint Metric { get; init; }
    /// <summary>IFA_PROTO: who made it (IFAPROT_); 0 when not said.</summary>
    public byte Protocol { get; init; }
}

/// <summary><c>ip address</c>.</summary>
public sealed class Addresses
{
    private readonly NetlinkExchange _exchange;

    internal Addresses(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary>All addresses, or those of one link when <paramref name="linkIndex"/> is not 0.</summary>
    public IReadOnlyList<LinkAddress> List(int linkIndex = 0)
    {
        var writer = _exchange.Begin();
        AddressMessage.WriteList(ref writer, linkIndex);
        // Kernels before 5.0 take no filter, and give all.
        return _exchange.Dump("list addresses", writer, NetlinkMessageType.RTM_GETADDR,
            message => AddressMessage.Read(message) is { } address && (linkIndex == 0 || address.LinkIndex == linkIndex) ? address : null);
    }

    /// <summary>EEXIST when the link has the address.</summary>
    public void Add(LinkAddress address) => Write("add address", address, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    /// <summary><c>ip address replace</c>: adds it, or sets lifetimes and flags of the one that is there.</summary>
    public void Replace(LinkAddress address) => Write("replace address", address, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_REPLACE);

    public void Delete(LinkAddress address)
    {
        var writer = _exchange.Begin();
        AddressMessage.Write(ref writer, address);
        _exchange.Change(new OperationName("delete address", address, Describe), writer, NetlinkMessageType.RTM_DELADDR);
    }

    private void Write(string verb, LinkAddress address, NewFlags flags)
    {
        var writer = _exchange.Begin();
        AddressMessage.Write(ref writer, address);
        _exchange.Change(new OperationName(verb, address, Describe), writer, NetlinkMessageType.RTM_NEWADDR, flags);
    }

    private static string Describe(object address) => Name((LinkAddress)address);

    internal static string Name(LinkAddress address) => $"{address.Address}/{address.PrefixLength} of link {address.LinkIndex}";
}
