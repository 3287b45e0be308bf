namespace Weir.Policy;

/// <summary>Finds all that is wrong with a policy, never only the first.</summary>
public static class PolicyConfigValidator
{
    /// <summary>All findings, in the order of the configuration. Without an error among them the policy compiles.</summary>
    /// <param name="workloads">Names of workloads that exist: each is a group of its own without being declared.</param>
    public static IReadOnlyList<Finding> Check(PolicyConfig config, IEnumerable<string>? workloads = null) => new PolicyCheck(config, workloads ?? []).Run();
}
