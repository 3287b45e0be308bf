using Weir.Agent.Api;
using Weir.Agent.DataPath;
using Weir.Agent.Flows;
using Weir.Agent.Workloads;
using Weir.Policy;

namespace Weir.Agent;

/// <summary>The agent's state in the API's words. It changes nothing.</summary>
/// <remarks>Its callers take turns with those who change what it reads.</remarks>
internal sealed class AgentQueries(WorkloadDiscovery discovery, CaptureBook captures, PolicyInForce policy, PolicyKeeper keeper, IDataPath dataPath)
{
    public AgentStatus Status(AgentOptions options, DateTimeOffset started, string ownNamespace, FlowBook flows) => new()
    {
        Version = typeof(AgentService).Assembly.GetName().Version?.ToString(3) ?? "",
        ProcessId = Environment.ProcessId,
        Started = started,
        StateDirectory = options.StateDirectory,
        Namespace = ownNamespace,
        FailClosed = options.FailClosed,
        Workloads = discovery.Current.Count,
        Captured = captures.Count,
        PolicyGeneration = policy.Model.Generation,
        Rules = policy.Effective.Rules.Count,
        LearnedRules = keeper.LearnedRules,
        OpenSessions = flows.OpenSessions,
        RecordsLost = flows.Lost,
        Counters = dataPath.Counters(),
    };

    public IReadOnlyList<WorkloadStatus> Workloads() => [.. discovery.Current.Select(StatusOf)];

    public IReadOnlyList<GroupStatus> Groups()
    {
        var workloads = discovery.Current.Select(workload => workload.ToPolicy()).ToList();
        return [.. policy.Effective.Groups.Select(group => new GroupStatus
        {
            Name = group.Name,
            Labels = group.Labels,
            Mode = group.Mode,
            Members = [.. workloads.Where(group.Contains).Select(workload => workload.Name)],
        })];
    }

    private WorkloadStatus StatusOf(DiscoveredWorkload workload)
    {
        var member = workload.ToPolicy();
        var captured = captures.Find(workload.Name);
        return new WorkloadStatus
        {
            Name = workload.Name,
            NamespacePath = workload.NamespacePath,
            Addresses = [.. workload.Addresses.Select(address => address.ToString())],
            Labels = workload.Labels,
            Groups = [.. policy.Effective.Groups.Where(group => group.Contains(member)).Select(group => group.Name)],
            Mode = PolicyModes.ModeOf(policy.Effective, member),
            Capture = captured?.Mode,
            Since = captured?.Since,
            Ports = [.. (captured?.Ports ?? []).Select(port => PortStatus.Of(port) with { Counters = dataPath.PortCounters(port.Id) })],
        };
    }
}
