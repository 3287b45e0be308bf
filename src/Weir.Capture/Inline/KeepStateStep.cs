using Weir.Capture.Plan;

namespace Weir.Capture.Inline;

/// <summary>Nothing on the way there; on the way back, routes and what is left of the ports' settings, once all originals are home.</summary>
internal sealed record KeepStateStep : CaptureStep
{
    public override void Apply(StepContext context)
    {
        // The state is in the journal's record.
    }

    public override void Revert(StepContext context)
    {
        if (context.Workload is null)
            return;
        RouteRestore.Restore(context);
        context.Fault();
        PortSettling.Settle(context);
    }

    public override StepText Render(PlanText text) => new(
        text.Workload,
        [],
        RestoreRoutesStep.Commands(text),
        "Addresses, routes, neighbours and settings are written down before anything changes.")
    {
        ReleaseExplanation = "Routes of all tables, permanent neighbours and settings are put on the workload's own ports as they are at this moment.",
    };
}
