using Weir.Agent.Learning;
using Weir.Policy;

namespace Weir.Agent.Store;

/// <summary>What survives a restart. The embedded default is <see cref="SqliteStore"/>. Any thread may call; calls take turns.</summary>
/// <remarks>Every method throws <see cref="StoreException"/> when the store can't be read or written.</remarks>
public interface IStore : IDisposable
{
    /// <summary>The policy version with the highest number; null in a new store.</summary>
    PolicyVersion? CurrentPolicy();

    PolicyVersion? GetPolicy(int number);

    /// <summary>Newest first.</summary>
    IReadOnlyList<PolicyVersion> ListPolicies(int limit = 50);

    /// <summary>Keeps a policy as the next version, which becomes the current one.</summary>
    PolicyVersion AddPolicy(PolicyConfig policy, string author, string comment = "");

    /// <summary>Modes that were set by command, over those that the policy says.</summary>
    IReadOnlyDictionary<string, PolicyMode> GroupModes();

    /// <summary>Null: the policy's own word counts again.</summary>
    void SetGroupMode(string group, PolicyMode? mode);

    LearnedPolicy GetLearned();

    void SetLearned(LearnedPolicy learned);

    /// <summary>Writes all of a batch in one transaction. Flows that are equal but for counters and times are added to what is there.</summary>
    void Write(StoreBatch batch);

    /// <summary>Last seen first.</summary>
    IReadOnlyList<FlowRecord> ListFlows(FlowFilter filter);

    /// <summary>Newest first; repeats are one record with their count.</summary>
    IReadOnlyList<ViolationRecord> ListViolations(FlowFilter filter);

    /// <summary>Every workload that was ever seen, by name.</summary>
    IReadOnlyList<WorkloadRecord> ListWorkloads();

    /// <summary>Deletes what is too old or too much; how many rows that were. The agent calls it now and then.</summary>
    int Prune();
}
