using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary><c>tc class</c>.</summary>
public sealed class TrafficClasses
{
    private readonly NetlinkExchange _exchange;

    internal TrafficClasses(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary>All classes of a link's qdiscs. ENODEV for a link that does not exist.</summary>
    public IReadOnlyList<TrafficClass> List(int linkIndex)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = linkIndex });
        return _exchange.Dump($"list classes of link {linkIndex}", writer, NetlinkMessageType.RTM_GETTCLASS, TrafficClassMessage.Read);
    }

    public void Add(TrafficClass @class) => Send("add", @class, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    /// <summary>Makes it, or changes the one that is there.</summary>
    public void Replace(TrafficClass @class) => Send("replace", @class, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_REPLACE);

    public void Change(TrafficClass @class) => Send("change", @class, NewFlags.None);

    /// <summary>EBUSY while filters or other classes hang on it.</summary>
    public void Delete(TrafficClass @class)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = @class.LinkIndex, Handle = @class.Handle, Parent = @class.Parent });
        _exchange.Change($"delete class {TrafficHandle.Print(@class.Handle)} of link {@class.LinkIndex}", writer, NetlinkMessageType.RTM_DELTCLASS);
    }

    private void Send(string verb, TrafficClass @class, NewFlags flags)
    {
        var writer = _exchange.Begin();
        TrafficClassMessage.Write(ref writer, @class);
        _exchange.Change($"{verb} class {TrafficHandle.Print(@class.Handle)} of link {@class.LinkIndex}", writer, NetlinkMessageType.RTM_NEWTCLASS, flags);
    }
}
