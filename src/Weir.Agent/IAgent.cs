using Weir.Agent.Api;
using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent;

/// <summary>What the API serves. <see cref="AgentService"/> is the one that works; tests of the API have one in memory.</summary>
public interface IAgent
{
    PolicyConfig Policy { get; }

    AgentStatus Status();

    IReadOnlyList<WorkloadStatus> Workloads();

    IReadOnlyList<GroupStatus> Groups();

    CapturedWorkload Capture(string workload, CaptureMode mode, Action<StepText>? progress = null);

    void Release(string workload, Action<StepText>? progress = null);

    IReadOnlyList<string> ReleaseAll(Action<StepText>? progress = null);

    CapturePlan Plan(string workload, CaptureMode mode);

    IReadOnlyList<Drift> Verify();

    IReadOnlyList<Flow> Flows(FlowQuery query);

    IReadOnlyList<Conversation> Conversations(FlowQuery query);

    IReadOnlyList<Violation> Violations(FlowQuery query);

    IAsyncEnumerable<Flow> LiveFlows(FlowQuery query, CancellationToken cancel);

    void ApplyPolicy(PolicyConfig policy);

    IReadOnlyList<string> CheckPolicy(PolicyConfig policy);

    PolicyConfig SuggestPolicy();

    void SetMode(string group, PolicyMode mode);
}
