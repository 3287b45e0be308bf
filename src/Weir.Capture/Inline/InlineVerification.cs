using Weir.Capture.Journal;
using Weir.Capture.Plan;
using Weir.Capture.Steering;
using Weir.Host;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

/// <summary>Compares a captured workload's links, addresses, routes and programs with its plan.</summary>
internal static class InlineVerification
{
    private const string Missing = "missing", Present = "there";

    public static IReadOnlyList<Drift> Verify(CaptureSettings settings, WeirNamespace weirNamespace, CaptureRecord record)
    {
        List<Drift> drifts = [];
        void Compare(string what, string expected, string found)
        {
            if (expected != found)
                drifts.Add(new Drift(record.Target.Workload, what, expected, found));
        }

        using NetworkNamespace? workload = WorkloadFinder.Find(record.Target.NamespacePath, record.Inode);
        Compare($"namespace {record.Target.NamespacePath}", Present, workload is null ? Missing : Present);
        if (record.Inline is not { } details)
            return drifts;
        using NetworkNamespace? weir = weirNamespace.OpenIfOurs();
        Compare($"namespace {settings.NamespaceName}", Present, weir is null ? Missing : Present);
        if (weir is not null)
        {
            using RouteSocket socket = RouteSocket.Open(weir);
            VerifyLink(socket, PipeNames.Bridge, PipeNames.BridgeIndex, SteeringFilters.PipeName, Compare);
            VerifyLink(socket, PipeNames.End, PipeNames.EndIndex, SteeringFilters.EndName, Compare);
            foreach (PortPlan port in details.Ports)
            {
                VerifyLink(socket, port.OutsideName, port.OutsideIndex, SteeringFilters.OutsideName, Compare);
                VerifyLink(socket, port.InsideName, port.InsideIndex, SteeringFilters.InsideName, Compare);
            }
        }

        if (workload is not null)
        {
            using RouteSocket socket = RouteSocket.Open(workload);
            foreach (PortPlan port in details.Ports)
                VerifyPort(socket, port, details.Before.Ports[port.Id], Compare);
            HashSet<string> present = [.. socket.Routes.List().Select(RouteIdentity.Of)];
            foreach (IpRoute route in details.Before.Routes.Routes.Where(route => RouteRestore.IsLostWithPort(route, details)))
                Compare($"route {RouteIdentity.Of(route)}", Present, present.Contains(RouteIdentity.Of(route)) ? Present : Missing);
        }

        return drifts;
    }

    private static void VerifyLink(RouteSocket socket, string name, int index, string program, Action<string, string, string> compare)
    {
        Link? link = socket.Links.Get(name);
        compare($"link {name}", Present, link is null ? Missing : Present);
        if (link is null)
            return;
        compare($"index of {name}", $"{index}", $"{link.Index}");
        compare($"state of {name}", "up", link.IsUp ? "up" : "down");
        string found = SteeringFilters.Find(socket, link.Index);
        compare($"program of {name}", program, found.Length > 0 ? found : Missing);
    }

    private static void VerifyPort(RouteSocket socket, PortPlan port, PortState state, Action<string, string, string> compare)
    {
        Link? link = socket.Links.Get(port.Name);
        compare($"port {port.Name}", Present, link is null ? Missing : Present);
        if (link is null)
            return;
        compare($"index of {port.Name}", $"{port.Index}", $"{link.Index}");
        compare($"address of {port.Name}", Ethernet.Text(state.Address), Ethernet.Text(link.Address));
        compare($"mtu of {port.Name}", $"{state.Mtu}", $"{link.Mtu}");
        compare($"state of {port.Name}", state.Up ? "up" : "down", link.IsUp ? "up" : "down");
        HashSet<(string, byte)> present = [.. socket.Addresses.List(link.Index).Select(PortConfiguration.Key)];
        foreach (LinkAddress address in state.Addresses)
            compare($"{address.Address}/{address.PrefixLength} on {port.Name}", Present, present.Contains(PortConfiguration.Key(address)) ? Present : Missing);
    }
}
