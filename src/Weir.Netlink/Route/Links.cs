using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route.Kinds;

namespace Weir.Netlink.Route;

/// <summary><c>ip link</c>.</summary>
public sealed class Links
{
    private readonly NetlinkExchange _exchange;

    internal Links(NetlinkExchange exchange) => _exchange = exchange;

    public IReadOnlyList<Link> List()
    {
        var writer = _exchange.Begin();
        LinkMessage.WriteIndex(ref writer, 0);
        return _exchange.Dump("list links", writer, NetlinkMessageType.RTM_GETLINK, LinkMessage.Read);
    }

    /// <summary>The link of a name, or of an alternative name; null when there is none.</summary>
    public Link? Get(string name)
    {
        var writer = _exchange.Begin();
        LinkMessage.WriteName(ref writer, name);
        return Get($"get link {name}", writer);
    }

    /// <summary>The link of an index; null when there is none.</summary>
    public Link? Get(int index)
    {
        var writer = _exchange.Begin();
        LinkMessage.WriteIndex(ref writer, index);
        return Get($"get link {index}", writer);
    }

    /// <summary><c>ip link add NAME index N type veth peer name NAME index N netns NS</c>.</summary>
    public void AddVeth(VethEnd end, VethEnd peer)
    {
        var writer = _exchange.Begin();
        LinkMessage.WriteVeth(ref writer, end, peer);
        _exchange.Change($"add veth {end.Name} and {peer.Name}", writer, NetlinkMessageType.RTM_NEWLINK, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);
    }

    /// <summary><c>ip link add</c>.</summary>
    /// <exception cref="NetlinkException">EOPNOTSUPP when this kernel lacks the kind; EEXIST when the name is taken.</exception>
    public void Add(NewLink link)
    {
        var writer = _exchange.Begin();
        LinkMessage.WriteNew(ref writer, link);
        _exchange.Change($"add {link.Kind.Name} {link.Name}", writer, NetlinkMessageType.RTM_NEWLINK, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);
    }

    public void AddBridge(string name) => AddKind(name, "bridge");

    /// <summary>A link of a kind that needs nothing said about it: <c>bridge</c>, <c>dummy</c>, <c>ifb</c>.</summary>
    public void AddKind(string name, string kind) => Add(new NewLink { Name = name, Kind = new PlainKind(kind) });

    /// <summary>Attaches an XDP program: <c>ip link set dev NAME xdp</c>.</summary>
    /// <param name="index">The link.</param>
    /// <param name="program">The descriptor of a loaded program of type XDP.</param>
    /// <param name="flags">How and where; none lets the kernel choose the driver's way if it has one.</param>
    public void AttachXdp(int index, int program, XdpFlags flags = XdpFlags.None) => SetXdp($"attach an XDP program to link {index}", index, program, flags);

    /// <summary>Takes the XDP program away; nothing happens when there is none.</summary>
    public void DetachXdp(int index, XdpFlags flags = XdpFlags.None) => SetXdp($"detach the XDP program of link {index}", index, -1, flags);

    /// <summary>Hands every link of the namespace to a visitor and makes no object for any.</summary>
    /// <returns>False when links changed meanwhile, so that one may have been seen twice or not at all.</returns>
    public bool Visit(LinkVisitor visitor)
    {
        var writer = _exchange.Begin();
        LinkMessage.WriteIndex(ref writer, 0);
        return _exchange.Visit("list links", writer, NetlinkMessageType.RTM_GETLINK, message =>
        {
            if (message.Type == NetlinkMessageType.RTM_NEWLINK)
                visitor(new LinkView(message));
        });
    }

    /// <summary><c>ip link set</c>, all changes in one message.</summary>
    /// <remarks>
    /// One exception: a link that goes up where it is with another way of making IPv6 addresses takes two, since the kernel brings it up
    /// first and would make an address in the old way.
    /// </remarks>
    public void Change(int index, LinkChange change)
    {
        if (change is { Up: true, Ipv6AddressGeneration: not null, Namespace: null })
        {
            ChangeOnce(index, change with { Up = null });
            change = new LinkChange { Up = true };
        }

        ChangeOnce(index, change);
    }

    public void Delete(int index)
    {
        var writer = _exchange.Begin();
        LinkMessage.WriteIndex(ref writer, index);
        _exchange.Change($"delete link {index}", writer, NetlinkMessageType.RTM_DELLINK);
    }

    private void SetXdp(string operation, int index, int program, XdpFlags flags)
    {
        var writer = _exchange.Begin();
        LinkMessage.WriteXdp(ref writer, index, program, flags);
        _exchange.Change(operation, writer, NetlinkMessageType.RTM_SETLINK);
    }

    private void ChangeOnce(int index, LinkChange change)
    {
        var writer = _exchange.Begin();
        LinkMessage.WriteChange(ref writer, index, change);
        _exchange.Change($"change link {index}", writer, NetlinkMessageType.RTM_NEWLINK);
    }

    private Link? Get(string operation, in NetlinkWriter writer)
    {
        Link? link = null;
        try
        {
            _exchange.Get(operation, writer, NetlinkMessageType.RTM_GETLINK, message => link = LinkMessage.Read(message) ?? link);
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENODEV)
        {
            return null;
        }

        return link;
    }
}
