using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary>A queueing discipline, as <c>tc qdisc show</c> shows it.</summary>
public sealed record Qdisc(int LinkIndex, string Kind, uint Handle, uint Parent)
{
    /// <summary>TCA_OPTIONS as the kernel gave them.</summary>
    public byte[] Options { get; init; } = [];
}

/// <summary><c>tc qdisc</c>.</summary>
public sealed class Qdiscs
{
    /// <summary>include/uapi/linux/pkt_sched.h: TC_H_INGRESS, which is TC_H_CLSACT too.</summary>
    private const uint IngressParent = 0xfffffff1;

    private const uint IngressHandle = 0xffff0000;

    private readonly NetlinkExchange _exchange;

    internal Qdiscs(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary>Those of all links, or of one when <paramref name="linkIndex"/> is not 0.</summary>
    public IReadOnlyList<Qdisc> List(int linkIndex = 0)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = linkIndex });
        return _exchange.Dump("list qdiscs", writer, NetlinkMessageType.RTM_GETQDISC,
            message => Read(message) is { } qdisc && (linkIndex == 0 || qdisc.LinkIndex == linkIndex) ? qdisc : null);
    }

    /// <summary>EEXIST when the link has a clsact or an ingress qdisc: they exclude each other.</summary>
    public void AddClsact(int linkIndex) => Add(linkIndex, "clsact");

    /// <inheritdoc cref="AddClsact"/>
    public void AddIngress(int linkIndex) => Add(linkIndex, "ingress");

    /// <summary>With all filters that hang on it.</summary>
    public void Delete(Qdisc qdisc)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = qdisc.LinkIndex, Handle = qdisc.Handle, Parent = qdisc.Parent });
        _exchange.Change($"delete qdisc {qdisc.Kind} of link {qdisc.LinkIndex}", writer, NetlinkMessageType.RTM_DELQDISC);
    }

    private void Add(int linkIndex, string kind)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = linkIndex, Handle = IngressHandle, Parent = IngressParent });
        writer.WriteString(TrafficControlAttribute.TCA_KIND, kind);
        _exchange.Change($"add qdisc {kind} to link {linkIndex}", writer, NetlinkMessageType.RTM_NEWQDISC, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);
    }

    private static Qdisc? Read(NetlinkMessage message)
    {
        if (message.Type != NetlinkMessageType.RTM_NEWQDISC)
            return null;
        var header = message.Header<TrafficControlHeader>();
        var qdisc = new Qdisc(header.LinkIndex, "", header.Handle, header.Parent);
        foreach (var attribute in message.Attributes<TrafficControlHeader>())
        {
            qdisc = (TrafficControlAttribute)attribute.Type switch
            {
                TrafficControlAttribute.TCA_KIND => qdisc with { Kind = attribute.Text },
                TrafficControlAttribute.TCA_OPTIONS => qdisc with { Options = attribute.Value.ToArray() },
                _ => qdisc,
            };
        }

        return qdisc;
    }
}
