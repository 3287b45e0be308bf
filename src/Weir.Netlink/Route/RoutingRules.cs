using System.Net.Sockets;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary><c>ip rule</c>.</summary>
public sealed class RoutingRules
{
    private readonly NetlinkExchange _exchange;

    internal RoutingRules(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary>In the order in which the kernel tries them.</summary>
    public IReadOnlyList<RoutingRule> List(AddressFamily family)
    {
        var writer = _exchange.Begin();
        RuleMessage.WriteList(ref writer, family);
        return _exchange.Dump("list rules", writer, NetlinkMessageType.RTM_GETRULE, RuleMessage.Read);
    }

    /// <summary>EEXIST when the same rule is there already.</summary>
    public void Add(RoutingRule rule)
    {
        var writer = _exchange.Begin();
        RuleMessage.Write(ref writer, rule);
        _exchange.Change(new OperationName("add rule", rule, Describe), writer, NetlinkMessageType.RTM_NEWRULE, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);
    }

    /// <summary>Deletes the first rule that has all that is said here.</summary>
    public void Delete(RoutingRule rule)
    {
        var writer = _exchange.Begin();
        RuleMessage.Write(ref writer, rule);
        _exchange.Change(new OperationName("delete rule", rule, Describe), writer, NetlinkMessageType.RTM_DELRULE);
    }

    private static string Describe(object rule) => $"{((RoutingRule)rule).Priority}";
}
