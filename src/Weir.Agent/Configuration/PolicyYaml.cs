using Weir.Policy;

namespace Weir.Agent.Configuration;

/// <summary>A policy as text: the <c>defaultMode</c>, <c>groups</c> and <c>rules</c> of <c>weir.yaml</c>, for <c>weir policy get</c>, <c>apply</c> and <c>suggest</c>.</summary>
public static class PolicyYaml
{
    /// <summary>Reads and validates. Group names that only <paramref name="workloads"/> know are right too.</summary>
    /// <param name="name">Stands for the file in findings.</param>
    public static ConfigResult<PolicyConfig> Parse(string text, string name, IEnumerable<string>? workloads = null) => throw new NotImplementedException();

    /// <summary>Text that parses back to an equal policy.</summary>
    public static string Write(PolicyConfig policy) => throw new NotImplementedException();
}
