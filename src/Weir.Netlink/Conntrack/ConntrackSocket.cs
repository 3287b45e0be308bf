using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Conntrack;

/// <summary><c>conntrack</c>: one NETLINK_NETFILTER socket, made in a namespace, for the connections that its kernel tracks.</summary>
/// <remarks>There are entries only where a rule asks for tracking (a match on the state, NAT, a mark of connections).</remarks>
public sealed class ConntrackSocket : IDisposable
{
    private readonly NetlinkExchange _exchange;

    /// <summary>Over any transport; <see cref="Open"/> is the way to the kernel.</summary>
    public ConntrackSocket(INetlinkTransport transport) => _exchange = new NetlinkExchange(transport);

    public static ConntrackSocket Open(NetworkNamespace ns) => new(NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_NETFILTER));

    /// <summary>All entries of a family, of both with Unspecified, in the kernel's order, one after the other: none is kept here.</summary>
    /// <returns>False when the table changed meanwhile, so that an entry may be missing or come twice.</returns>
    public bool ForEach(AddressFamily family, Action<ConntrackEntry> action) => ForEach(family, ConntrackMessageType.IPCTNL_MSG_CT_GET, action);

    /// <summary>As <see cref="ForEach(AddressFamily, Action{ConntrackEntry})"/>, and each entry's counters begin again at zero.</summary>
    public bool ForEachAndZeroCounters(AddressFamily family, Action<ConntrackEntry> action) => ForEach(family, ConntrackMessageType.IPCTNL_MSG_CT_GET_CTRZERO, action);

    /// <summary>All entries at once.</summary>
    public IReadOnlyList<ConntrackEntry> List(AddressFamily family = AddressFamily.Unspecified)
    {
        var entries = new List<ConntrackEntry>();
        ForEach(family, entries.Add);
        return entries;
    }

    /// <summary>The entry with this original direction; null when there is none.</summary>
    public ConntrackEntry? Get(ConntrackTuple original, ushort? zone = null)
    {
        ConntrackEntry? found = null;
        var writer = _exchange.Begin();
        ConntrackMessage.WriteName(ref writer, original, zone);
        try
        {
            _exchange.Get("get a connection", writer, (NetlinkMessageType)ConntrackMessageType.IPCTNL_MSG_CT_GET, message => found ??= ConntrackMessage.Read(message));
            return found;
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Changes the mark: (old and not <paramref name="mask"/>) xor <paramref name="mark"/>. ENOENT when there is no such entry.</summary>
    public void SetMark(ConntrackTuple original, uint mark, uint mask = uint.MaxValue, ushort? zone = null)
    {
        var writer = _exchange.Begin();
        ConntrackMessage.WriteName(ref writer, original, zone);
        ConntrackMessage.WriteNumber(ref writer, ConntrackAttribute.CTA_MARK, mark);
        if (mask != uint.MaxValue)
            ConntrackMessage.WriteNumber(ref writer, ConntrackAttribute.CTA_MARK_MASK, mask);
        _exchange.Change("set the mark of a connection", writer, (NetlinkMessageType)ConntrackMessageType.IPCTNL_MSG_CT_NEW);
    }

    /// <summary>Forgets an entry: its next packet begins a new one. ENOENT when there is none.</summary>
    /// <param name="original">Its original direction.</param>
    /// <param name="id">Only the entry with this number, not a later one with the same addresses.</param>
    /// <param name="zone">The entry's zone.</param>
    public void Delete(ConntrackTuple original, uint? id = null, ushort? zone = null)
    {
        var writer = _exchange.Begin();
        ConntrackMessage.WriteName(ref writer, original, zone);
        if (id is { } number)
            ConntrackMessage.WriteNumber(ref writer, ConntrackAttribute.CTA_ID, number);
        _exchange.Change("delete a connection", writer, (NetlinkMessageType)ConntrackMessageType.IPCTNL_MSG_CT_DELETE);
    }

    /// <summary>Forgets all entries of a family, of both with Unspecified.</summary>
    public void Flush(AddressFamily family = AddressFamily.Unspecified)
    {
        var writer = _exchange.Begin();
        ConntrackMessage.BeginFlush(ref writer, family);
        _exchange.Change("flush connections", writer, (NetlinkMessageType)ConntrackMessageType.IPCTNL_MSG_CT_DELETE);
    }

    public void Dispose() => _exchange.Dispose();

    private bool ForEach(AddressFamily family, ConntrackMessageType type, Action<ConntrackEntry> action)
    {
        var writer = _exchange.Begin();
        ConntrackMessage.Begin(ref writer, family);
        return _exchange.Visit("list connections", writer, (NetlinkMessageType)type, message =>
        {
            if (ConntrackMessage.Read(message) is { } entry)
                action(entry);
        });
    }
}
