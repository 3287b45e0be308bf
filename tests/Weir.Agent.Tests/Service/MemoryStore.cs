using Weir.Agent.Learning;
using Weir.Agent.Store;
using Weir.Policy;

namespace Weir.Agent.Tests.Service;

/// <summary>A store that forgets with the test.</summary>
internal sealed class MemoryStore : IStore
{
    private readonly List<PolicyVersion> _policies = [];
    private readonly Dictionary<string, PolicyMode> _modes = [];
    private readonly List<FlowRecord> _flows = [];
    private readonly List<ViolationRecord> _violations = [];
    private readonly Dictionary<string, WorkloadRecord> _workloads = [];
    private LearnedPolicy _learned = LearnedPolicy.Empty;

    public PolicyVersion? CurrentPolicy() => _policies.LastOrDefault();

    public PolicyVersion? GetPolicy(int number) => _policies.Find(version => version.Number == number);

    public IReadOnlyList<PolicyVersion> ListPolicies(int limit = 50) => [.. _policies.AsEnumerable().Reverse().Take(limit)];

    public PolicyVersion AddPolicy(PolicyConfig policy, string author, string comment = "")
    {
        var version = new PolicyVersion(_policies.Count + 1, DateTimeOffset.UnixEpoch, author, comment, policy);
        _policies.Add(version);
        return version;
    }

    public IReadOnlyDictionary<string, PolicyMode> GroupModes() => _modes;

    public void SetGroupMode(string group, PolicyMode? mode)
    {
        if (mode is { } set)
            _modes[group] = set;
        else
            _modes.Remove(group);
    }

    public LearnedPolicy GetLearned() => _learned;

    public void SetLearned(LearnedPolicy learned) => _learned = learned;

    public void Write(StoreBatch batch)
    {
        _flows.AddRange(batch.Flows);
        _violations.AddRange(batch.Violations.Select((violation, index) => violation with { Id = _violations.Count + index + 1 }));
        foreach (var workload in batch.Workloads)
            _workloads[workload.Name] = workload;
    }

    public IReadOnlyList<FlowRecord> ListFlows(FlowFilter filter) => [.. _flows.AsEnumerable().Reverse().Take(filter.Limit)];

    public IReadOnlyList<ViolationRecord> ListViolations(FlowFilter filter) => [.. _violations.AsEnumerable().Reverse().Take(filter.Limit)];

    public IReadOnlyList<WorkloadRecord> ListWorkloads() => [.. _workloads.Values];

    public int Prune() => 0;

    public void Dispose()
    {
        // Kept for the next agent of the test.
    }
}
