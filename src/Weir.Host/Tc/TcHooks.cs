using Weir.Netlink;
using Weir.Netlink.TrafficControl;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>A place where filters hang.</summary>
/// <param name="Words">As <c>tc filter show dev X</c> is asked for it.</param>
internal sealed record TcHook(int Link, uint Parent, string Words);

/// <summary>All places of a namespace where filters can hang.</summary>
internal static class TcHooks
{
    internal static IReadOnlyList<TcHook> Of(RouteSocket socket)
    {
        List<TcHook> hooks = [];
        foreach (var qdisc in socket.Qdiscs.List().Where(qdisc => qdisc.Handle != 0))
        {
            switch (qdisc.Kind)
            {
                case "clsact":
                    hooks.Add(new TcHook(qdisc.LinkIndex, TrafficHandle.Ingress, "ingress"));
                    hooks.Add(new TcHook(qdisc.LinkIndex, TrafficHandle.Egress, "egress"));
                    break;
                case "ingress":
                    hooks.Add(new TcHook(qdisc.LinkIndex, TrafficHandle.IngressFilters, "parent ffff:"));
                    break;
                case "prio" or "fq_codel":
                    hooks.Add(new TcHook(qdisc.LinkIndex, qdisc.Handle, $"parent {TrafficHandle.Print(qdisc.Handle)}"));
                    break;
                case "htb":
                    hooks.Add(new TcHook(qdisc.LinkIndex, qdisc.Handle, $"parent {TrafficHandle.Print(qdisc.Handle)}"));
                    hooks.AddRange(socket.TrafficClasses.List(qdisc.LinkIndex).Where(@class => @class.Handle >> 16 == qdisc.Handle >> 16)
                        .Select(@class => new TcHook(qdisc.LinkIndex, @class.Handle, $"parent {TrafficHandle.Print(@class.Handle)}")));
                    break;
            }
        }

        return hooks;
    }

    /// <summary>tc prints something after the place.</summary>
    internal static bool HasOptions(string kind) => kind is not ("noqueue" or "clsact" or "ingress" or "mq" or "pfifo" or "bfifo" or "pfifo_head_drop");

    /// <summary>A sentence when something of the filter is not shown; empty when all is.</summary>
    internal static string Unknown(TcFilter filter) => filter switch
    {
        { Handle: 0 } => "",
        { Classifier: TcUnknownClassifier } => $"the options of {filter.Kind} are not known here",
        _ when filter.Actions.OfType<TcUnknownAction>().FirstOrDefault() is { } action => $"the options of the action {action.Kind} are not known here",
        _ => "",
    };
}
