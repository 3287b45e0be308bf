using System.Security.Cryptography;
using Weir.Capture.Check;
using Weir.Capture.Plan;
using Weir.Capture.Steering;
using Weir.Host;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Netlink;
using Weir.Netlink.Nftables;
using Weir.Netlink.Route;
using Weir.Netlink.TrafficControl;
using Weir.Packets;

namespace Weir.Capture.Inline;

/// <summary>Reads a workload and says what an inline capture would change, or everything that stands against it.</summary>
internal static class InlinePlanner
{
    /// <summary>Where the indexes of Weir's own links begin: far from those that the kernel counts out.</summary>
    private const int FirstIndex = 11000000;
    private const int IndexesPerPort = 4;
    private const uint IFF_LOOPBACK = 8;

    public static InlinePlan Plan(CaptureSettings settings, WeirNamespace weirNamespace, CaptureTarget target, NetworkNamespace workload, Queue<ushort> freeIds)
    {
        using RouteSocket socket = RouteSocket.Open(workload);
        IReadOnlyList<Link> links = socket.Links.List();
        List<Link> candidates = [.. links.Where(link => IsCandidate(link))];
        List<string> findings = [.. Findings(target, workload, socket, links, candidates), .. HostFindings(weirNamespace)];
        if (findings.Count > 0)
            throw new CaptureException($"{target.Workload} can't be captured inline", findings);

        HashSet<int> taken = TakenIndexes(weirNamespace);
        List<PortPlan> ports = [.. candidates.Select(link => PlanPort(freeIds.Dequeue(), link, Ethtool.PeerIndex(workload, link.Name), taken))];
        WorkloadState before = PortReader.Read(workload, socket, ports.Select(port => (port.Id, candidates.First(link => link.Index == port.Index))));
        InlinePlan plan = new()
        {
            Target = target,
            Mode = CaptureMode.Inline,
            Inode = workload.Inode,
            WeirNamespace = settings.NamespaceName,
            Details = new InlineDetails { Ports = ports, Before = before },
            Ports = [.. ports.Select(port => ToCaptured(port, before.Ports[port.Id].Address))],
            Steps = Steps(ports, NeedsNamespace(weirNamespace)),
        };
        RefuseLoops(plan, socket, links, workload.Name);
        return plan;
    }

    private static bool IsCandidate(Link link) =>
        (link.Flags & IFF_LOOPBACK) == 0 && link.Address.Length == 6
        && (link.Kind is "macvlan" or "ipvlan" or "" || (link.Kind == "veth" && link.PeerNamespaceId is not null));

    private static IEnumerable<string> Findings(CaptureTarget target, NetworkNamespace workload, RouteSocket socket, IReadOnlyList<Link> links, List<Link> candidates)
    {
        using (NetworkNamespace current = NetworkNamespace.OpenCurrent())
        {
            if (current.Inode == workload.Inode)
                yield return $"{target.NamespacePath} is this host's own namespace: its ports can't be taken inline; use the tap";
        }

        if (candidates.Count == 0)
            yield return $"{workload.Name} has no Ethernet port whose other end is in another namespace: there is no traffic to take";
        foreach (Link link in candidates)
        {
            if (link.Kind != "veth")
                yield return $"{link.Name} is {(link.Kind.Length > 0 ? $"a {link.Kind}" : "a physical port")}: only veth ports can be taken inline; use the tap";
            if (PortMarker.HasPrefix(link.Address))
                yield return $"{link.Name} has the address {Ethernet.Text(link.Address)}, which begins like Weir's markers ({PortMarker.PrefixText}): give it another";
            if (link.MasterIndex != 0)
                yield return $"{link.Name} is a port of a bridge inside the workload: take the namespaces behind it instead";
            if (link.XdpProgramId != 0)
                yield return $"{link.Name} has an XDP program, which would be lost with the move";
            foreach (Link upper in links.Where(upper => upper.PeerIndex == link.Index && upper.PeerNamespaceId is null && upper.Kind is not ("veth" or "")))
                yield return $"{upper.Name} ({upper.Kind}) stands on {link.Name} and would go with it";
            foreach (Qdisc qdisc in socket.Qdiscs.List(link.Index).Where(IsCustom))
                yield return $"{link.Name} has the queueing discipline {qdisc.Kind} {qdisc.Handle >> 16:x}:{(qdisc.Kind is "clsact" or "ingress" ? " with its filters" : "")}, which would be lost with the move";
        }

        HashSet<int> indexes = [.. candidates.Select(link => link.Index)];
        foreach (IpRoute route in socket.Routes.List().Where(route => route.NextHopId != 0 && indexes.Contains(route.LinkIndex)))
            yield return $"the route to {route.Destination?.ToString() ?? "default"} uses nexthop object {route.NextHopId}, which would go with the port and is not kept yet";
        using NftSocket nftables = NftSocket.Open(workload);
        foreach (NftChain chain in nftables.ListChains(NftFamily.Netdev))
        {
            foreach (Link link in candidates.Where(link => chain.Hook is not null && chain.Hook.Devices.Contains(link.Name, StringComparer.Ordinal)))
                yield return $"a netdev chain hangs on {link.Name} and would be lost with the move: {NftRulesetText.Line(chain)}";
        }
    }

    private static IEnumerable<string> HostFindings(WeirNamespace weirNamespace)
    {
        if (weirNamespace.IsForeign())
            yield return $"a namespace {weirNamespace.Name} exists that this state directory has not made: delete it with `ip netns delete {weirNamespace.Name}` if nothing uses it, or choose another name";
        string refusal = "";
        try
        {
            BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_probe", PipeProgram.AssembleEnd()).Dispose();
        }
        catch (LinuxException exception)
        {
            refusal = exception.Message;
        }

        if (refusal.Length > 0)
            yield return $"this kernel does not take Weir's steering programs (CONFIG_BPF_SYSCALL, CONFIG_NET_CLS_BPF): {refusal}";
    }

    /// <summary>The kernel's default disciplines have no handle.</summary>
    private static bool IsCustom(Qdisc qdisc) => qdisc.Handle != 0 && qdisc.Kind != "noqueue";

    private static HashSet<int> TakenIndexes(WeirNamespace weirNamespace)
    {
        using NetworkNamespace? weir = weirNamespace.OpenIfOurs();
        if (weir is null)
            return [1];
        using RouteSocket socket = RouteSocket.Open(weir);
        return [.. socket.Links.List().Select(link => link.Index)];
    }

    private static bool NeedsNamespace(WeirNamespace weirNamespace)
    {
        using NetworkNamespace? weir = weirNamespace.OpenIfOurs();
        if (weir is null)
            return true;
        using RouteSocket socket = RouteSocket.Open(weir);
        return socket.Links.Get(Inline.PipeNames.Bridge) is null;
    }

    /// <summary>Never the same index on both ends of a pair: linkwatch would then wait up to a second with the carrier (net/core/link_watch.c linkwatch_urgent_event).</summary>
    private static PortPlan PlanPort(ushort id, Link link, int hostPeer, HashSet<int> taken)
    {
        int first = FirstIndex + id * IndexesPerPort;
        // A CNI plugin that asks the workload's port for its peer's index finds the number that it knows.
        int inside = hostPeer != link.Index && taken.Add(hostPeer) ? hostPeer : first + 2;
        return new PortPlan
        {
            Id = id,
            Name = link.Name,
            Index = link.Index,
            HostPeerIndex = hostPeer,
            OutsideName = PortNames.Outside(id, link.Name),
            OutsideIndex = first == hostPeer ? first + 3 : first,
            OutsideAddress = RandomAddress(),
            InsideName = PortNames.Inside(id, link.Name),
            InsideIndex = inside,
            SpareName = PortNames.Spare(id, link.Name),
            SpareIndex = first + 1,
            TransmitQueues = link.TransmitQueues,
            ReceiveQueues = link.ReceiveQueues,
        };
    }

    private static byte[] RandomAddress()
    {
        byte[] address = RandomNumberGenerator.GetBytes(6);
        address[0] = (byte)((address[0] & 0xfc) | 0x02);
        return PortMarker.HasPrefix(address) ? RandomAddress() : address;
    }

    private static CapturedPort ToCaptured(PortPlan port, byte[] address) => new()
    {
        Id = port.Id,
        Name = port.Name,
        Index = port.Index,
        Address = address,
        OutsideName = port.OutsideName,
        InsideName = port.InsideName,
    };

    /// <summary>All that can be prepared comes first; between moving out and the routes the workload is cut off.</summary>
    private static List<CaptureStep> Steps(List<PortPlan> ports, bool withNamespace) =>
    [
        .. withNamespace ? new CaptureStep[] { new CreateNamespaceStep(), new CreatePipeStep() } : [],
        .. ports.Select(port => new CreatePairStep(port.Id)),
        new KeepStateStep(),
        .. ports.SelectMany(port => new CaptureStep[] { new MoveOutStep(port.Id), new MoveInStep(port.Id) }),
        new RestoreRoutesStep(),
        new SettleStep(),
    ];

    /// <summary>The steering of this plan and the redirects that exist already must not lead a frame in a circle.</summary>
    private static void RefuseLoops(InlinePlan plan, RouteSocket workload, IReadOnlyList<Link> links, string workloadName)
    {
        List<RedirectEdge> edges = [.. MirredReader.Read(workload, links, workloadName)];
        List<LinkPair> pairs = [];
        foreach (PortPlan port in plan.Details.Ports)
        {
            edges.Add(new RedirectEdge(new(plan.WeirNamespace, port.OutsideName), FilterHook.Ingress, new(plan.WeirNamespace, port.InsideName), FilterHook.Egress, SteeringFilters.OutsideName));
            edges.Add(new RedirectEdge(new(plan.WeirNamespace, port.InsideName), FilterHook.Ingress, new(plan.WeirNamespace, port.OutsideName), FilterHook.Egress, SteeringFilters.InsideName));
            pairs.Add(new LinkPair(new(plan.WeirNamespace, port.InsideName), new(workloadName, port.Name)));
        }

        if (RedirectLoops.Find(edges, pairs) is { Count: > 0 } loop)
            throw new CaptureException($"{plan.Target.Workload} can't be captured inline", [$"frames would run in a circle: {string.Join(" → ", loop)}"]);
    }
}
