using Weir.Capture.Plan;
using Weir.Capture.Steering;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

/// <summary>The workload's own port goes to Weir's namespace, as <c>vex</c>. From here on the workload is cut off, until its new port is up.</summary>
internal sealed record MoveOutStep(ushort PortId) : CaptureStep
{
    public override bool InGap => true;

    public override void Apply(StepContext context)
    {
        PortPlan port = context.Port(PortId);
        context.WorkloadSocket.Links.Change(port.Index, new LinkChange { Namespace = context.Weir, Name = port.OutsideName, NewIndex = port.OutsideIndex, Address = port.OutsideAddress });
        context.Fault();
        SteeringFilters.SetFirst(context.WeirSocket, port.OutsideIndex, context.Programs(port).Programs.Outside, SteeringFilters.OutsideName);
        context.Fault();
        context.WeirSocket.Links.Change(port.OutsideIndex, new LinkChange { Up = true });
    }

    public override void Revert(StepContext context)
    {
        PortPlan port = context.Port(PortId);
        Link? outside = context.Weir is null ? null : context.WeirSocket.Links.Get(port.OutsideIndex) ?? context.WeirSocket.Links.Get(port.OutsideName);
        if (context.Workload is null)
        {
            // The workload is gone, and its port with it: the other end goes too, as it would have without Weir.
            if (outside is not null)
                context.WeirSocket.Links.DeleteIfThere(outside.Index);
            return;
        }

        PortState state = context.State.Ports[PortId];
        if (outside is not null)
        {
            SetAsBefore(context.WeirSocket.Links, outside, state);
            context.Fault();
            context.WeirSocket.Links.Change(outside.Index, new LinkChange { Namespace = context.Workload, Name = port.Name, NewIndex = port.Index, Address = state.Address });
            context.Fault();
        }

        if (context.WorkloadSocket.Links.Get(port.Index) is null)
            throw new InvalidOperationException($"port {port.Name} of {context.Workload.Name} is neither there nor in {context.Settings.NamespaceName}: it was deleted by somebody else");
        PortConfiguration.Apply(context, port, state);
    }

    public override StepText Render(PlanText text)
    {
        PortPlan port = text.Port(PortId);
        PortState state = text.State(PortId);
        return new StepText(
            text.Workload,
            [
                text.InWorkload($"link set {port.Name} netns {text.Weir} name {port.OutsideName} address {Ethernet.Text(port.OutsideAddress)}"),
                .. text.Steering.Outside(CreatePairStep.Names(text, port, state)),
                text.InWeir($"link set {port.OutsideName} up"),
            ],
            [
                text.InWeir($"link set {port.OutsideName} netns {text.Workload} name {port.Name} address {Ethernet.Text(state.Address)}"),
                .. PortConfiguration.Commands(text, port, state),
            ],
            $"The workload's own {port.Name} becomes {port.OutsideName} in Weir's namespace; its other end, on the network's side, notices nothing but a moment without carrier.")
        {
            ReleaseExplanation = $"The workload's own port is {port.Name} again, with its addresses; from here on its traffic passes without Weir.",
        };
    }

    /// <summary>What was changed on the new port while it stood for the original, the original takes over; nothing in the usual case.</summary>
    private static void SetAsBefore(Links links, Link outside, PortState state)
    {
        LinkChange change = new()
        {
            Mtu = outside.Mtu == state.Mtu ? null : state.Mtu,
            TransmitQueueLength = outside.TransmitQueueLength == state.TransmitQueueLength ? null : state.TransmitQueueLength,
            Alias = outside.Alias == state.Alias ? null : state.Alias,
            Group = outside.Group == state.Group ? null : state.Group,
        };
        if (change != new LinkChange())
            links.Change(outside.Index, change);
    }
}
