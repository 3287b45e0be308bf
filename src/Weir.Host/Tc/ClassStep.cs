using Weir.Netlink;
using Weir.Netlink.TrafficControl;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>A change of a class, and its inverse.</summary>
internal static class ClassStep
{
    internal static Action<RouteSocket> Apply(RouteSocket socket, TcVerb verb, TrafficClass @class)
    {
        var before = socket.TrafficClasses.List(@class.LinkIndex).FirstOrDefault(other => other.Handle == @class.Handle);
        switch (verb)
        {
            case TcVerb.Add:
                socket.TrafficClasses.Add(@class);
                return undo => undo.TrafficClasses.Delete(@class);
            case TcVerb.Replace:
                socket.TrafficClasses.Replace(@class);
                return before is null ? undo => undo.TrafficClasses.Delete(@class) : undo => undo.TrafficClasses.Replace(before);
            case TcVerb.Change:
                socket.TrafficClasses.Change(@class);
                return undo => undo.TrafficClasses.Change(before ?? @class);
            default:
                // The kernel deletes only one that nothing hangs on, except its own leaf.
                socket.TrafficClasses.Delete(@class);
                return undo =>
                {
                    if (before is not null)
                        undo.TrafficClasses.Add(before);
                };
        }
    }
}
