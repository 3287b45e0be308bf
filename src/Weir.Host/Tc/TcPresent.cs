using Weir.Netlink;
using Weir.Netlink.TrafficControl;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>What a namespace has already, asked for once: what a listing need not make again, and which numbers of actions are taken.</summary>
internal sealed class TcPresent(RouteSocket socket, TcReader reader)
{
    private readonly Lazy<HashSet<string>> _qdiscs = new(() => [.. reader.Qdiscs().Select(Plain)]);
    private readonly Lazy<HashSet<string>> _classes = new(() => [.. reader.Names.Keys.SelectMany(reader.Classes).Select(Plain)]);
    private readonly Dictionary<string, HashSet<uint>> _indexes = [];

    /// <summary>A listed qdisc or class that stands in the kernel as listed.</summary>
    internal bool Has(TcObject listed) => listed switch
    {
        TcQdisc qdisc => _qdiscs.Value.Contains(Plain(qdisc)),
        TcClass @class => _classes.Value.Contains(Plain(@class)),
        _ => false,
    };

    /// <summary>Actions get the numbers of the listing where these are free: so the same text is shown again. A number in use would share its action.</summary>
    internal object WithFreeIndexes(object target) => target is not Filter filter ? target
        : filter with { Actions = [.. filter.Actions.Select(action => IsTaken(action.Kind, action.Index) ? action with { Index = 0 } : action)] };

    private bool IsTaken(string kind, uint index)
    {
        if (!_indexes.TryGetValue(kind, out var taken))
            _indexes[kind] = taken = [.. socket.FilterActions.List(kind).Select(action => action.Index)];
        return taken.Contains(index);
    }

    /// <summary>With the device, without what is counted.</summary>
    private static string Plain(TcQdisc qdisc) =>
        TcParser.Print(qdisc with { DeviceUnsaid = false, References = null, Discipline = qdisc.Discipline is TcHtb htb ? htb with { DirectPackets = 0 } : qdisc.Discipline });

    private static string Plain(TcClass @class) => $"{@class.Device} {TcParser.Print(@class with { Leaf = 0 })}";
}
