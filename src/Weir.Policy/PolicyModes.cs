namespace Weir.Policy;

/// <summary>Which mode a workload is in.</summary>
public static class PolicyModes
{
    /// <summary>The strictest of its groups' modes; the default when no group of it says one.</summary>
    public static PolicyMode ModeOf(PolicyConfig config, PolicyWorkload workload)
        => config.Groups.Where(g => g.Mode is not null && g.Contains(workload)).Select(g => g.Mode!.Value).DefaultIfEmpty(config.DefaultMode).Max();
}
