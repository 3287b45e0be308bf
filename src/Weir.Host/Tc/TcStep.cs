using Weir.Netlink;
using Weir.Netlink.TrafficControl;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>One change, ready to be sent.</summary>
/// <param name="Line">Of the text, counted from 1.</param>
internal sealed record TcStep(int Line, string Text, TcVerb Verb, object Target)
{
    /// <summary>For people: what would be sent.</summary>
    internal string Describe(Func<int, string> name) => Target switch
    {
        Qdisc qdisc => $"{Word} qdisc {qdisc.Kind} {TrafficHandle.Print(qdisc.Handle)} dev {name(qdisc.LinkIndex)} parent {TrafficHandle.Print(qdisc.Parent)}",
        TrafficClass @class => $"{Word} class {@class.Kind} {TrafficHandle.Print(@class.Handle)} dev {name(@class.LinkIndex)} parent {TrafficHandle.Print(@class.Parent)}",
        Filter filter => $"{Word} filter {filter.Kind} dev {name(filter.LinkIndex)} parent {TrafficHandle.Print(filter.Parent)} protocol {TcProtocols.Print(filter.Protocol)} pref {filter.Preference}"
            + (filter.Actions.Count == 0 ? "" : $" with {string.Join(", ", filter.Actions.Select(action => action.Kind))}"),
        _ => Text,
    };

    private string Word => Verb switch { TcVerb.Add => "add", TcVerb.Replace => "replace", TcVerb.Change => "change", _ => "delete" };

    /// <summary>Sends it.</summary>
    /// <returns>What takes it back.</returns>
    /// <exception cref="Weir.Netlink.Protocol.NetlinkException">The kernel refused it, or it could not be taken back; nothing is changed.</exception>
    internal Action<RouteSocket> Apply(RouteSocket socket) => Target switch
    {
        Qdisc qdisc => new QdiscStep(socket).Apply(Verb, qdisc),
        TrafficClass @class => ClassStep.Apply(socket, Verb, @class),
        Filter filter => FilterStep.Apply(socket, Verb, filter),
        _ => throw new InvalidOperationException($"a step of {Target}"),
    };
}
