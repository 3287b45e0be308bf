using Weir.Agent.Learning;
using Weir.Policy;

namespace Weir.Agent.Store;

/// <summary>How much is kept.</summary>
public sealed record Retention
{
    public int Flows { get; init; } = 200_000;
    public int Violations { get; init; } = 50_000;
    public int PolicyVersions { get; init; } = 500;
    public TimeSpan Age { get; init; } = TimeSpan.FromDays(30);
}

/// <summary>The store in one SQLite file, written ahead (WAL): a killed process loses at most the batch it was writing.</summary>
public sealed class SqliteStore : IStore
{
    /// <summary>Opens the file, makes it when it is not there, brings an older one up to date. A broken file is moved aside: see <see cref="Notices"/>.</summary>
    public static SqliteStore Open(string path, TimeProvider time, Retention? retention = null) => throw new NotImplementedException();

    /// <summary>What happened while opening that the operator should read: a broken file and where it is now.</summary>
    public IReadOnlyList<string> Notices => throw new NotImplementedException();

    public PolicyVersion? CurrentPolicy() => throw new NotImplementedException();
    public PolicyVersion? GetPolicy(int number) => throw new NotImplementedException();
    public IReadOnlyList<PolicyVersion> ListPolicies(int limit = 50) => throw new NotImplementedException();
    public PolicyVersion AddPolicy(PolicyConfig policy, string author, string comment = "") => throw new NotImplementedException();
    public IReadOnlyDictionary<string, PolicyMode> GroupModes() => throw new NotImplementedException();
    public void SetGroupMode(string group, PolicyMode? mode) => throw new NotImplementedException();
    public LearnedPolicy GetLearned() => throw new NotImplementedException();
    public void SetLearned(LearnedPolicy learned) => throw new NotImplementedException();
    public void Write(StoreBatch batch) => throw new NotImplementedException();
    public IReadOnlyList<FlowRecord> ListFlows(FlowFilter filter) => throw new NotImplementedException();
    public IReadOnlyList<ViolationRecord> ListViolations(FlowFilter filter) => throw new NotImplementedException();
    public IReadOnlyList<WorkloadRecord> ListWorkloads() => throw new NotImplementedException();
    public int Prune() => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
}
