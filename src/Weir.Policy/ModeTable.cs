namespace Weir.Policy;

/// <summary>What a workload's end does with a session, by its mode. The table in docs/policy.md is tested against this.</summary>
internal static class ModeTable
{
    /// <summary>No rule matched.</summary>
    /// <param name="own">The mode of the workload at whose port the session is judged.</param>
    /// <param name="peer">The other end's mode; null when it is no known workload.</param>
    public static PolicyAction Unmatched(PolicyMode own, PolicyMode? peer) => own switch
    {
        // Learning must not open what the stricter end would report or deny.
        PolicyMode.Discover when peer > PolicyMode.Discover => PolicyAction.Accept,
        PolicyMode.Discover => PolicyAction.Learn,
        PolicyMode.Monitor => PolicyAction.Violate,
        _ => PolicyAction.Deny,
    };

    /// <summary>A rule matched.</summary>
    public static PolicyAction Matched(RuleAction action, PolicyMode own) => action switch
    {
        RuleAction.Allow => PolicyAction.Accept,
        _ when own == PolicyMode.Protect => PolicyAction.Deny,
        _ => PolicyAction.Violate,
    };
}
