using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>include/uapi/linux/net_namespace.h</summary>
internal enum NamespaceIdAttribute : ushort
{
    NETNSA_NSID = 1,
    NETNSA_PID = 2,
    NETNSA_FD = 3,
}

/// <summary><c>ip netns list-id</c>: the numbers by which this namespace knows others; <see cref="Link.PeerNamespaceId"/> is one.</summary>
public sealed class NamespaceIds
{
    /// <summary>struct rtgenmsg, 1 byte.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public byte Family;
    }

    private sealed record Entry(int Id);

    private readonly NetlinkExchange _exchange;

    internal NamespaceIds(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary>The ids in use, in ascending order.</summary>
    public IReadOnlyList<int> List()
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(default(Header));
        var ids = _exchange.Dump("list namespace ids", writer, NetlinkMessageType.RTM_GETNSID, Read).ConvertAll(entry => entry.Id);
        ids.Sort();
        return ids;
    }

    /// <summary>The id of a namespace as seen from the socket's; null when it has none.</summary>
    public int? Get(NetworkNamespace ns)
    {
        Entry? entry = null;
        var writer = _exchange.Begin();
        writer.WriteFixed(default(Header));
        writer.WriteInt32(NamespaceIdAttribute.NETNSA_FD, ns.Descriptor);
        _exchange.Get($"get the id of namespace {ns.Name}", writer, NetlinkMessageType.RTM_GETNSID, message => entry = Read(message) ?? entry);
        return entry?.Id;
    }

    /// <summary><c>ip netns set NAME ID</c>. EEXIST: it has one, which can't be changed.</summary>
    public void Add(NetworkNamespace ns, int id)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(default(Header));
        writer.WriteInt32(NamespaceIdAttribute.NETNSA_FD, ns.Descriptor);
        writer.WriteInt32(NamespaceIdAttribute.NETNSA_NSID, id);
        _exchange.Change($"give namespace {ns.Name} the id {id}", writer, NetlinkMessageType.RTM_NEWNSID);
    }

    /// <summary>Of RTM_NEWNSID and RTM_DELNSID; null when it names none.</summary>
    internal static int? ReadId(NetlinkMessage message) => Read(message)?.Id;

    /// <summary>Null for NETNSA_NSID_NOT_ASSIGNED, -1.</summary>
    private static Entry? Read(NetlinkMessage message)
    {
        if (message.Type is not (NetlinkMessageType.RTM_NEWNSID or NetlinkMessageType.RTM_DELNSID))
            return null;
        foreach (var attribute in message.Attributes<Header>())
        {
            if ((NamespaceIdAttribute)attribute.Type == NamespaceIdAttribute.NETNSA_NSID)
                return attribute.Int32 >= 0 ? new Entry(attribute.Int32) : null;
        }

        return null;
    }
}
