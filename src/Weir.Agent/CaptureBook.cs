using Microsoft.Extensions.Logging;
using Weir.Agent.DataPath;
using Weir.Agent.Flows;
using Weir.Agent.Workloads;
using Weir.Capture;

namespace Weir.Agent;

/// <summary>Which workloads are captured: each change of the host, and the data path with it.</summary>
/// <remarks>Its callers take turns. What the host refuses is an <see cref="AgentException"/>.</remarks>
internal sealed class CaptureBook(ICaptures host, IDataPath dataPath, PolicyInForce policy, FlowBook flows, ILogger log)
{
    private readonly Dictionary<string, CapturedWorkload> _captured = [];

    public int Count => _captured.Count;

    public CapturedWorkload? Find(string workload) => _captured.GetValueOrDefault(workload);

    public CapturedWorkload Capture(DiscoveredWorkload workload, CaptureMode mode, Action<StepText>? progress) => Failures.Translated(() =>
    {
        var captured = host.Apply(host.Plan(workload.ToTarget(), mode), progress);
        try
        {
            Attach(captured);
        }
        catch
        {
            // Not half captured: nobody would judge its traffic.
            _captured.Remove(workload.Name);
            NameFlows();
            host.Release(workload.Name, null);
            throw;
        }

        log.Captured(workload.Name, mode);
        return captured;
    });

    /// <summary>Those that the configuration wants captured and that are not. One that can't be is logged.</summary>
    public void CaptureConfigured(IReadOnlyList<DiscoveredWorkload> workloads)
    {
        foreach (var workload in workloads)
        {
            if (workload.Capture is not { } mode || _captured.ContainsKey(workload.Name))
                continue;
            try
            {
                Capture(workload, mode, null);
            }
            catch (AgentException exception)
            {
                log.CaptureFailed(workload.Name, string.Join(' ', [exception.Message, .. exception.Findings]));
            }
        }
    }

    public void Release(CapturedWorkload captured, Action<StepText>? progress)
    {
        var name = captured.Target.Workload;
        // The loop goes on until the way around it is open again: nothing is lost in between.
        Failures.Translated(() => host.Release(name, progress));
        _captured.Remove(name);
        dataPath.Detach(captured);
        log.Released(name);
    }

    /// <summary>The workloads that were captured.</summary>
    public IReadOnlyList<string> ReleaseAll(Action<StepText>? progress)
    {
        var failures = new List<string>();
        var released = new List<string>();
        foreach (var captured in _captured.Values.ToList())
        {
            try
            {
                Release(captured, progress);
                released.Add(captured.Target.Workload);
            }
            catch (Exception exception)
            {
                // The others must not stay because one can't go.
                var failure = Failures.Translate(exception);
                log.ReleaseFailed(captured.Target.Workload, failure.Message);
                failures.Add($"{captured.Target.Workload}: {failure.Message}");
            }
        }

        return failures.Count == 0
            ? released
            : throw new AgentException(AgentProblem.Host, "Not everything could be released.", [.. failures, "'weir release --all' tries again."]);
    }

    /// <summary>Takes over the captures that are in place; those whose workload has gone are cleaned up.</summary>
    public void Adopt(IReadOnlyList<DiscoveredWorkload> workloads)
    {
        foreach (var captured in host.List())
        {
            var name = captured.Target.Workload;
            if (workloads.All(workload => workload.Name != name) && !File.Exists(captured.Target.NamespacePath))
                Clean(captured);
            else
                Adopt(captured);
        }
    }

    /// <summary>A workload that has gone: what its capture put elsewhere goes too.</summary>
    public void CleanUpAfter(string workload)
    {
        if (Find(workload) is { } captured)
            Clean(captured);
    }

    /// <summary>The model that is in force goes to the data path.</summary>
    public void EnforcePolicy()
    {
        NameFlows();
        dataPath.SetPolicy(policy.Model);
        foreach (var captured in _captured.Values)
            dataPath.SetStrict(captured, policy.IsStrict(captured.Target.Workload));
    }

    /// <summary>Records are told with the names that hold now.</summary>
    public void NameFlows() => flows.Names = new FlowNames(policy.Model, _captured.Values);

    private void Attach(CapturedWorkload captured)
    {
        var name = captured.Target.Workload;
        _captured[name] = captured;
        NameFlows();
        dataPath.Attach(captured);
        dataPath.SetStrict(captured, policy.IsStrict(name));
    }

    private void Adopt(CapturedWorkload captured)
    {
        try
        {
            Attach(captured);
        }
        catch (Exception exception)
        {
            log.CaptureFailed(captured.Target.Workload, Failures.Translate(exception).Message);
        }
    }

    private void Clean(CapturedWorkload captured)
    {
        log.Vanished(captured.Target.Workload);
        try
        {
            Release(captured, null);
        }
        catch (AgentException exception)
        {
            log.ReleaseFailed(captured.Target.Workload, exception.Message);
        }
    }
}
