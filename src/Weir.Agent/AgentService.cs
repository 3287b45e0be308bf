using Weir.Agent.Api;
using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent;

/// <summary>The agent: captured workloads, their data path, learning, policy and the store, put together.</summary>
/// <remarks>All members may be called from any thread. <see cref="AgentException"/> says no in words.</remarks>
public sealed class AgentService : IAgent, IAsyncDisposable
{
    /// <summary>Recovers what a crash left, adopts the captures that are in place, starts the data path, and serves the API when a socket is given.</summary>
    /// <exception cref="AgentException">Another agent uses the state directory; the host refused.</exception>
    public static AgentService Start(AgentOptions options) => throw new NotImplementedException();

    /// <summary>Stops the data path and the API, and writes what is not yet in the store. Captures stay, or are released, by <see cref="AgentOptions.ReleaseOnExit"/>.</summary>
    public Task StopAsync() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();

    public AgentOptions Options => throw new NotImplementedException();

    public Captures Captures => throw new NotImplementedException();

    /// <summary>The captured workload with its ports, when its traffic is already under the enforcer.</summary>
    /// <param name="progress">Called before each step.</param>
    public CapturedWorkload Capture(string workload, CaptureMode mode, Action<StepText>? progress = null) => throw new NotImplementedException();

    /// <summary>Does nothing when it is not captured.</summary>
    public void Release(string workload, Action<StepText>? progress = null) => throw new NotImplementedException();

    /// <summary>The workloads that were captured.</summary>
    public IReadOnlyList<string> ReleaseAll(Action<StepText>? progress = null) => throw new NotImplementedException();

    public CapturePlan Plan(string workload, CaptureMode mode) => throw new NotImplementedException();

    /// <summary>The kernel's state against the plans; empty: all is in place.</summary>
    public IReadOnlyList<Drift> Verify() => throw new NotImplementedException();

    public AgentStatus Status() => throw new NotImplementedException();

    public IReadOnlyList<WorkloadStatus> Workloads() => throw new NotImplementedException();

    public IReadOnlyList<GroupStatus> Groups() => throw new NotImplementedException();

    /// <summary>Recorded and open sessions, newest last.</summary>
    public IReadOnlyList<Flow> Flows(FlowQuery query) => throw new NotImplementedException();

    /// <summary>Who talks to whom, from the same records (<see cref="FlowQuery.Limit"/> counts conversations).</summary>
    public IReadOnlyList<Conversation> Conversations(FlowQuery query) => throw new NotImplementedException();

    /// <summary>Newest last.</summary>
    public IReadOnlyList<Violation> Violations(FlowQuery query) => throw new NotImplementedException();

    /// <summary>Every change of a session from now on. A reader that falls behind by more than 4096 records loses the oldest.</summary>
    public IAsyncEnumerable<Flow> LiveFlows(FlowQuery query, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Groups with modes, rules in order, learned ones included.</summary>
    public PolicyConfig Policy => throw new NotImplementedException();

    /// <summary>The compiled policy that the data path asks now.</summary>
    public PolicyModel Model => throw new NotImplementedException();

    /// <summary>Takes effect for all sessions, also those that are open.</summary>
    /// <exception cref="AgentException">With all findings.</exception>
    public void ApplyPolicy(PolicyConfig policy) => throw new NotImplementedException();

    /// <summary>All that is wrong with a policy, a sentence each; empty: nothing.</summary>
    public IReadOnlyList<string> CheckPolicy(PolicyConfig policy) => throw new NotImplementedException();

    /// <summary>The learned rules as rules that a person would write: the policy in force with them merged and renumbered.</summary>
    public PolicyConfig SuggestPolicy() => throw new NotImplementedException();

    /// <param name="group">A group's or a workload's name; a workload without a group of its name gets one.</param>
    public void SetMode(string group, PolicyMode mode) => throw new NotImplementedException();

    /// <summary>True as soon as <paramref name="condition"/> holds; it is asked again whenever flows, rules or captures change, and at least every 50 ms.</summary>
    public Task<bool> WaitForAsync(Func<AgentService, bool> condition, TimeSpan timeout, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Returns when all that the data path has seen until now is in <see cref="Flows"/> and <see cref="Violations"/>.</summary>
    public Task FlushAsync() => throw new NotImplementedException();
}
