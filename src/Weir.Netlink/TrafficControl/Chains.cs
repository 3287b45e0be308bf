using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary>A chain of filters at a hook. Chain 0 is where every frame begins; an action <c>goto chain</c> leads to another.</summary>
public sealed record FilterChain(int LinkIndex, uint Parent, uint Number);

/// <summary><c>tc chain</c>.</summary>
public sealed class Chains
{
    private readonly NetlinkExchange _exchange;

    internal Chains(NetlinkExchange exchange) => _exchange = exchange;

    public IReadOnlyList<FilterChain> List(int linkIndex, uint parent = TrafficHandle.Ingress)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = linkIndex, Parent = parent });
        return _exchange.Dump($"list chains of link {linkIndex}", writer, NetlinkMessageType.RTM_GETCHAIN, Read);
    }

    /// <summary>A chain that stays without filters.</summary>
    public void Add(FilterChain chain) => Send("add", chain, NetlinkMessageType.RTM_NEWCHAIN, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    /// <summary>With all of its filters.</summary>
    public void Delete(FilterChain chain) => Send("delete", chain, NetlinkMessageType.RTM_DELCHAIN, NewFlags.None);

    private void Send(string verb, FilterChain chain, NetlinkMessageType type, NewFlags flags)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = chain.LinkIndex, Parent = chain.Parent });
        writer.WriteUInt32(TrafficControlAttribute.TCA_CHAIN, chain.Number);
        _exchange.Change($"{verb} chain {chain.Number} of link {chain.LinkIndex}", writer, type, flags);
    }

    private static FilterChain? Read(NetlinkMessage message)
    {
        if (message.Type != NetlinkMessageType.RTM_NEWCHAIN)
            return null;
        var header = message.Header<TrafficControlHeader>();
        var number = 0u;
        foreach (var attribute in message.Attributes<TrafficControlHeader>())
        {
            if ((TrafficControlAttribute)attribute.Type == TrafficControlAttribute.TCA_CHAIN)
                number = attribute.UInt32;
        }

        return new FilterChain(header.LinkIndex, header.Parent, number);
    }
}
