using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>A change of a qdisc, and its inverse.</summary>
internal sealed class QdiscStep(RouteSocket socket)
{
    private static readonly string[] Rebuildable = ["clsact", "ingress", "pfifo", "bfifo", "pfifo_head_drop", "pfifo_fast", "tbf", "htb", "netem", "prio", "codel", "fq_codel"];

    internal Action<RouteSocket> Apply(TcVerb verb, Qdisc qdisc)
    {
        var before = socket.Qdiscs.List(qdisc.LinkIndex).FirstOrDefault(other => other.Parent == qdisc.Parent && other.Handle != 0);
        switch (verb)
        {
            case TcVerb.Add:
                socket.Qdiscs.Add(qdisc);
                return undo => undo.Qdiscs.Delete(qdisc);
            case TcVerb.Replace:
                if (before is null)
                {
                    socket.Qdiscs.Replace(qdisc);
                    return undo => undo.Qdiscs.Delete(qdisc);
                }

                var kept = Remember(before);
                socket.Qdiscs.Replace(qdisc);
                // Of the same kind and number it was only changed, and all that hung on it still does.
                return before.Kind == qdisc.Kind && (qdisc.Handle == 0 || qdisc.Handle == before.Handle) ? undo => undo.Qdiscs.Replace(before) : undo =>
                {
                    undo.Qdiscs.Delete(qdisc);
                    kept(undo);
                };
            case TcVerb.Change:
                socket.Qdiscs.Change(qdisc);
                return undo => undo.Qdiscs.Change(before ?? qdisc);
            default:
                var again = before is null ? null : Remember(before);
                socket.Qdiscs.Delete(qdisc);
                return undo => again?.Invoke(undo);
        }
    }

    /// <summary>How to make a qdisc again with all that hangs on it.</summary>
    private Action<RouteSocket> Remember(Qdisc root)
    {
        List<Action<RouteSocket>> steps = [];
        Walk(root, steps);
        return again => steps.ForEach(step => step(again));
    }

    private void Walk(Qdisc qdisc, List<Action<RouteSocket>> steps)
    {
        if (!Rebuildable.Contains(qdisc.Kind))
            throw new NetlinkException($"change qdisc {qdisc.Kind} of link {qdisc.LinkIndex}", (int)Errno.EOPNOTSUPP, "it could not be made again if a later line were refused; delete it first");
        // pfifo_fast is listed with bands that it is not told.
        var made = qdisc.Kind == "pfifo_fast" ? qdisc with { Discipline = null } : qdisc;
        steps.Add(again => again.Qdiscs.Add(made));
        uint[] hooks = qdisc.Kind switch { "clsact" => [TrafficHandle.Ingress, TrafficHandle.Egress], _ => [qdisc.Handle] };
        if (qdisc.Kind == "htb")
        {
            var classes = socket.TrafficClasses.List(qdisc.LinkIndex).Where(@class => @class.Handle >> 16 == qdisc.Handle >> 16).OrderByDescending(@class => @class.Htb?.Level ?? 0).ToArray();
            foreach (var @class in classes)
                steps.Add(again => again.TrafficClasses.Add(@class));
            hooks = [.. hooks, .. classes.Select(@class => @class.Handle)];
        }

        if (qdisc.Kind is not ("clsact" or "ingress"))
        {
            foreach (var child in socket.Qdiscs.List(qdisc.LinkIndex).Where(child => child.Handle != 0 && child.Handle != qdisc.Handle && child.Parent >> 16 == qdisc.Handle >> 16))
                Walk(child, steps);
        }

        foreach (var hook in hooks)
            steps.AddRange(FilterStep.Remember(socket.Filters.List(qdisc.LinkIndex, hook)));
    }
}
