using System.Net.Sockets;
using Weir.Capture.Plan;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

/// <summary>Routes and neighbours went with the old port; here they come back.</summary>
internal sealed record RestoreRoutesStep : CaptureStep
{
    private const ushort NUD_PERMANENT = 0x80;

    public override bool InGap => true;

    public override void Apply(StepContext context)
    {
        if (RouteRestore.Restore(context) is { } refusal)
            throw refusal;
    }

    public override void Revert(StepContext context)
    {
        // They go with the new port, and come back with the old: see KeepStateStep.
    }

    public override StepText Render(PlanText text) => new(
        text.Workload,
        Commands(text),
        [],
        "Routes of all tables and neighbours come back as they were.");

    internal static IReadOnlyList<string> Commands(PlanText text) =>
    [
        .. text.Details.Before.Routes.Routes.Where(route => RouteRestore.IsLostWithPort(route, text.Details)).Select(route => text.InWorkload(Command(route, text))),
        .. text.Details.Before.Routes.Neighbors.Select(neighbor => text.InWorkload($"neighbour replace {neighbor.Address} lladdr {Ethernet.Text(neighbor.LinkLayerAddress)} dev {Name(neighbor.LinkIndex, text)} nud {((neighbor.State & NUD_PERMANENT) != 0 ? "permanent" : "stale")}")),
    ];

    private static string Command(IpRoute route, PlanText text)
    {
        string family = route.Family == AddressFamily.InterNetworkV6 ? "-6 " : "";
        string destination = route.Destination is null ? "default" : $"{route.Destination}/{route.DestinationLength}";
        string via = route.Gateway is null ? "" : $" via {route.Gateway}";
        string device = route.LinkIndex == 0 ? "" : $" dev {Name(route.LinkIndex, text)}";
        string hops = string.Concat(route.NextHops.Select(hop => $" nexthop{(hop.Gateway is null ? "" : $" via {hop.Gateway}")} dev {Name(hop.LinkIndex, text)} weight {hop.Weight}"));
        string table = route.Table == 254 ? "" : $" table {route.Table}";
        string source = route.PreferredSource is null ? "" : $" src {route.PreferredSource}";
        string metric = route.Priority == 0 ? "" : $" metric {route.Priority}";
        return $"{family}route add {destination}{via}{device}{table}{source}{metric}{hops}";
    }

    private static string Name(int index, PlanText text) => text.Details.Ports.FirstOrDefault(port => port.Index == index)?.Name ?? $"if{index}";
}
