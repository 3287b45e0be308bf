using Weir.Policy;

namespace Weir.Agent.Learning;

/// <summary>Which group speaks for a workload in learned rules.</summary>
/// <remarks>
/// The first of these names whose group contains the workload, or is not declared yet: the value of its label <c>app</c>, then of <c>service</c>,
/// then its own name. When all are taken by groups it is not in, <c>workload-NAME</c>, a group by the label that every workload has.
/// </remarks>
internal static class WorkloadGroups
{
    private static readonly string[] s_serviceLabels = ["app", "service"];

    /// <summary>The group of a workload, from <paramref name="declared"/> or new.</summary>
    public static PolicyGroup Of(PolicyWorkload workload, IEnumerable<PolicyGroup> declared)
    {
        var byName = new Dictionary<string, PolicyGroup>();
        foreach (var group in declared) byName.TryAdd(group.Name, group);
        foreach (var candidate in Candidates(workload))
        {
            if (!byName.TryGetValue(candidate.Name, out var existing)) return candidate;
            if (existing.Contains(workload)) return existing;
        }

        return Fallback(workload);
    }

    private static IEnumerable<PolicyGroup> Candidates(PolicyWorkload workload)
    {
        foreach (var label in s_serviceLabels)
        {
            if (workload.Labels.TryGetValue(label, out var value) && NamePattern.IsName(value))
                yield return new PolicyGroup { Name = value, Labels = new Dictionary<string, string> { [label] = value } };
        }

        if (NamePattern.IsName(workload.Name)) yield return new PolicyGroup { Name = workload.Name };
    }

    private static PolicyGroup Fallback(PolicyWorkload workload)
    {
        var name = new string([.. workload.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]);
        return new PolicyGroup { Name = $"workload-{name}", Labels = new Dictionary<string, string> { [PolicyGroup.NameLabel] = workload.Name } };
    }
}
