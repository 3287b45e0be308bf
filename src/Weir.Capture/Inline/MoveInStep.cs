using Weir.Capture.Plan;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

/// <summary>The new end takes the place of the old: name, index, addresses; up.</summary>
internal sealed record MoveInStep(ushort PortId) : CaptureStep
{
    public override bool InGap => true;

    public override void Apply(StepContext context)
    {
        PortPlan port = context.Port(PortId);
        context.WeirSocket.Links.Change(port.SpareIndex, new LinkChange { Namespace = context.Workload, Name = port.Name, NewIndex = port.Index });
        context.Fault();
        PortConfiguration.Apply(context, port, context.State.Ports[PortId]);
    }

    /// <summary>Takes the new end back to Weir's namespace, if it is the one that stands in the workload.</summary>
    public override void Revert(StepContext context)
    {
        PortPlan port = context.Port(PortId);
        if (context.Weir is null || context.Workload is null || context.WeirSocket.Links.Get(port.InsideName) is null)
            return;
        // The original and the new one have the same name, index and address; but only one of them can be outside.
        bool originalIsOut = context.WeirSocket.Links.Get(port.OutsideIndex) is not null;
        bool newIsOut = context.WeirSocket.Links.Get(port.SpareName) is not null;
        if (!originalIsOut || newIsOut || context.WorkloadSocket.Links.Get(port.Index) is null)
            return;
        context.WorkloadSocket.Links.Change(port.Index, new LinkChange { Namespace = context.Weir, Name = port.SpareName, NewIndex = port.SpareIndex });
    }

    public override StepText Render(PlanText text)
    {
        PortPlan port = text.Port(PortId);
        return new StepText(
            text.Workload,
            [text.InWeir($"link set {port.SpareName} netns {text.Workload} name {port.Name} index {port.Index}"), .. PortConfiguration.Commands(text, port, text.State(PortId))],
            [text.InWorkload($"link set {port.Name} netns {text.Weir} name {port.SpareName}")],
            $"The new {port.Name} has the old one's name, index, address and settings: sockets and scripts find what they knew.")
        {
            ReleaseExplanation = $"The new {port.Name} goes back to Weir's namespace as {port.SpareName}, to make room for the workload's own.",
        };
    }
}
