using Weir.Capture.Journal;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Capture.Tap;

/// <summary>The plan of a tap: nothing on the host changes; a ring is opened in the workload's namespace.</summary>
public sealed record TapPlan : CapturePlan
{
    private const uint IFF_LOOPBACK = 8;

    internal TapPlan()
    {
    }

    internal ulong Inode { get; init; }

    public override IReadOnlyList<StepText> Render() =>
        [.. Ports.Select(port => new StepText(Target.Workload, [], [], $"Frames of {port.Name} are read by a packet socket inside the workload's namespace; nothing on the host changes."))];

    internal static TapPlan Plan(CaptureTarget target, NetworkNamespace workload, Queue<ushort> freeIds)
    {
        using RouteSocket socket = RouteSocket.Open(workload);
        List<Link> links = [.. socket.Links.List().Where(link => (link.Flags & IFF_LOOPBACK) == 0 && link.Address.Length == 6 && link.MasterIndex == 0 && link.Kind is "veth" or "macvlan" or "ipvlan" or "")];
        if (links.Count == 0)
            throw new CaptureException($"{target.Workload} can't be tapped", [$"{workload.Name} has no Ethernet port"]);
        return new TapPlan
        {
            Target = target,
            Mode = CaptureMode.Tap,
            Inode = workload.Inode,
            Ports = [.. links.Select(link => new CapturedPort { Id = freeIds.Dequeue(), Name = link.Name, Index = link.Index, Address = link.Address })],
        };
    }

    internal CaptureRecord ToRecord(DateTimeOffset since) => new() { Target = Target, Inode = Inode, Mode = Mode, Since = since, Ports = Ports };
}
