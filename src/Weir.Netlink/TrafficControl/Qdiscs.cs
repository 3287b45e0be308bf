using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary><c>tc qdisc</c>.</summary>
public sealed class Qdiscs
{
    private readonly NetlinkExchange _exchange;

    internal Qdiscs(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary>Those of all links, or of one when <paramref name="linkIndex"/> is not 0.</summary>
    public IReadOnlyList<Qdisc> List(int linkIndex = 0)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = linkIndex });
        return _exchange.Dump("list qdiscs", writer, NetlinkMessageType.RTM_GETQDISC,
            message => QdiscMessage.Read(message) is { } qdisc && (linkIndex == 0 || qdisc.LinkIndex == linkIndex) ? qdisc : null);
    }

    /// <summary>EEXIST when the link has a clsact or an ingress qdisc: they exclude each other.</summary>
    public void AddClsact(int linkIndex) => Add(new Qdisc(linkIndex, "clsact", TrafficHandle.IngressFilters, TrafficHandle.IngressQdisc));

    /// <inheritdoc cref="AddClsact"/>
    public void AddIngress(int linkIndex) => Add(new Qdisc(linkIndex, "ingress", TrafficHandle.IngressFilters, TrafficHandle.IngressQdisc));

    /// <summary><c>tc qdisc add</c>. EEXIST when there is one that was not the link's own default.</summary>
    public void Add(Qdisc qdisc) => Send("add", qdisc, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    /// <summary><c>tc qdisc replace</c>: makes it, in the place of one that is there.</summary>
    public void Replace(Qdisc qdisc) => Send("replace", qdisc, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_REPLACE);

    /// <summary><c>tc qdisc change</c>: the one that is there, of the same kind.</summary>
    public void Change(Qdisc qdisc) => Send("change", qdisc, NewFlags.None);

    /// <summary>With all classes and filters that hang on it. EINVAL when the kind is not empty, and is not that of the one that is there.</summary>
    public void Delete(Qdisc qdisc)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = qdisc.LinkIndex, Handle = qdisc.Handle, Parent = qdisc.Parent });
        if (qdisc.Kind.Length != 0)
            writer.WriteString(TrafficControlAttribute.TCA_KIND, qdisc.Kind);
        _exchange.Change($"delete qdisc {OperationName.Optional(qdisc.Kind)}of link {qdisc.LinkIndex}", writer, NetlinkMessageType.RTM_DELQDISC);
    }

    private void Send(string verb, Qdisc qdisc, NewFlags flags)
    {
        var writer = _exchange.Begin();
        QdiscMessage.Write(ref writer, qdisc);
        _exchange.Change($"{verb} qdisc {qdisc.Kind} {(verb == "add" ? "to" : "of")} link {qdisc.LinkIndex}", writer, NetlinkMessageType.RTM_NEWQDISC, flags);
    }
}
