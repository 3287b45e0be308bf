using Weir.Capture.Plan;
using Weir.Capture.Steering;
using Weir.Linux;
using Weir.Netlink.Route;
using Weir.Packets;

namespace Weir.Capture.Inline;

/// <summary>The pair that will stand between: its one end becomes the workload's port, the other stays as <c>vin</c>. Made whole before anything is moved.</summary>
internal sealed record CreatePairStep(ushort PortId) : CaptureStep
{
    public override void Apply(StepContext context)
    {
        PortPlan port = context.Port(PortId);
        PortState state = context.State.Ports[PortId];
        VethEnd inside = new() { Name = port.InsideName, Index = port.InsideIndex, Mtu = state.Mtu, TransmitQueueLength = state.TransmitQueueLength };
        VethEnd spare = new()
        {
            Name = port.SpareName,
            Index = port.SpareIndex,
            Address = state.Address,
            Mtu = state.Mtu,
            TransmitQueueLength = state.TransmitQueueLength,
            TransmitQueues = port.TransmitQueues,
            ReceiveQueues = port.ReceiveQueues,
        };
        context.WeirSocket.Links.AddVeth(inside, spare);
        context.Fault();
        context.WeirSocket.Links.Change(port.SpareIndex, new LinkChange { Group = state.Group, Alias = state.Alias.Length > 0 ? state.Alias : null, Arp = state.Arp ? null : false });
        SetFeatures(context, port, state);
        SteeringFilters.SetFirst(context.WeirSocket, port.InsideIndex, context.Programs(port).Programs.Inside, SteeringFilters.InsideName);
        context.WeirSocket.Links.Change(port.InsideIndex, new LinkChange { Up = true });
    }

    public override void Revert(StepContext context)
    {
        PortPlan port = context.Port(PortId);
        if (context.Weir is null)
            return;
        // Deleting one end deletes the other, wherever it is.
        foreach (string name in new[] { port.InsideName, port.SpareName })
        {
            if (context.WeirSocket.Links.Get(name) is { } link)
                context.WeirSocket.Links.DeleteIfThere(link.Index);
        }
    }

    public override StepText Render(PlanText text)
    {
        PortPlan port = text.Port(PortId);
        PortState state = text.State(PortId);
        return new StepText(
            text.Weir,
            [
                text.InWeir($"link add {port.InsideName} index {port.InsideIndex} mtu {state.Mtu} txqueuelen {state.TransmitQueueLength} type veth peer name {port.SpareName} index {port.SpareIndex} address {Ethernet.Text(state.Address)} mtu {state.Mtu} txqueuelen {state.TransmitQueueLength}"),
                .. text.Steering.Inside(Names(text, port, state)),
                .. text.Steering.Pipe(Names(text, port, state)),
                text.InWeir($"link set {port.InsideName} up"),
            ],
            [text.InWeir($"link delete {port.InsideName}")],
            $"The new pair is made whole in Weir's namespace: {port.SpareName} will be the workload's {port.Name}, {port.InsideName} stays.")
        {
            ReleaseExplanation = $"The pair that stood between, {port.SpareName} and {port.InsideName}, is deleted.",
        };
    }

    internal static SteeringNames Names(PlanText text, PortPlan port, PortState state) =>
        new(text.Weir, port.OutsideName, port.OutsideIndex, port.InsideName, port.InsideIndex, PipeNames.Bridge, state.Address, PortMarker.Of(port.Id));

    /// <summary>The workload's port has its offloads as before: whole 64 KiB segments and partial checksums pass on.</summary>
    private static void SetFeatures(StepContext context, PortPlan port, PortState state)
    {
        NetworkNamespace weir = context.Weir!;
        IReadOnlyDictionary<string, bool> now = Ethtool.Features(weir, port.SpareName);
        Dictionary<string, bool> differing = state.Features
            .Where(feature => now.TryGetValue(feature.Key, out bool on) && on != feature.Value)
            .ToDictionary(feature => feature.Key, feature => feature.Value, StringComparer.Ordinal);
        if (differing.Count > 0)
            PortFeatures.SetWhatCanBe(weir, port.SpareName, differing);
    }
}
