using Weir.Capture.Plan;
using Weir.Linux;

namespace Weir.Capture.Inline;

/// <summary>Weir's own namespace. It has a name, so that it and the workloads' ports in it outlive the agent.</summary>
internal sealed record CreateNamespaceStep : CaptureStep
{
    // Nothing in it speaks for itself: no link-local addresses, no router solicitations, no multicast reports.
    private static readonly KeyValuePair<string, string>[] Silence =
        [new("net/ipv6/conf/default/disable_ipv6", "1"), new("net/ipv6/conf/all/disable_ipv6", "1")];

    public override void Apply(StepContext context)
    {
        context.WeirNamespace.Create();
        context.CloseWeir();
        context.Fault();
        Quieten(context.Weir ?? throw new InvalidOperationException($"namespace {context.Settings.NamespaceName} was not made"));
    }

    public override void Revert(StepContext context)
    {
        context.CloseWeir();
        context.WeirNamespace.DeleteIfUnused();
    }

    public override StepText Render(PlanText text) => new(
        text.Weir,
        [$"ip netns add {text.Weir}", .. Silence.Select(setting => $"ip netns exec {text.Weir} sysctl -w {setting.Key.Replace('/', '.')}={setting.Value}")],
        [$"ip netns delete {text.Weir}"],
        "A namespace of Weir's own holds the ports that are taken and the pipe to the enforcer; it outlives the agent.")
    {
        ReleaseExplanation = "Weir's namespace goes when no other workload's port is in it.",
    };

    /// <summary>A kernel without IPv6 has nothing to be switched off.</summary>
    public static void Quieten(NetworkNamespace ns)
    {
        if (Sysctl.ReadTree(ns, "net/ipv6/conf/default").Count > 0)
            Sysctl.Write(ns, Silence);
    }
}
