using Weir.Capture.Plan;

namespace Weir.Capture.Inline;

/// <summary>What need not hurry: all settings compared and set, addresses that the kernel made by itself removed.</summary>
internal sealed record SettleStep : CaptureStep
{
    public override void Apply(StepContext context) => PortSettling.Settle(context);

    public override void Revert(StepContext context)
    {
        // It only completes what the steps before did.
    }

    public override StepText Render(PlanText text) => new(
        text.Workload,
        [.. text.Details.Ports.SelectMany(port => new[] { $"ip netns exec {text.Workload} sysctl -w net.ipv6.conf.{port.Name}.accept_dad={Value(text, port)}" })],
        [],
        "The remaining settings of the device are compared with the old one's and set where they differ.");

    private static string Value(PlanText text, PortPlan port) => text.State(port.Id).Sysctls.GetValueOrDefault($"net/ipv6/conf/{port.Name}/accept_dad") ?? "1";
}
