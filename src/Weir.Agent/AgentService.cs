using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Weir.Agent.Api;
using Weir.Agent.Configuration;
using Weir.Agent.DataPath;
using Weir.Agent.Flows;
using Weir.Agent.Learning;
using Weir.Agent.Store;
using Weir.Agent.Workloads;
using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent;

/// <summary>The agent: captured workloads, their data path, learning, policy and the store, put together.</summary>
/// <remarks>
/// <para>All members may be called from any thread. <see cref="AgentException"/> says no in words.</para>
/// <para>
/// One lock orders everything that changes the host or the policy: <c>Capture</c>, <c>Release</c>, scans for workloads, new models. The data path's
/// events don't need it: they go to the <see cref="FlowBook"/>, and what they teach waits there for the housekeeping, which compiles a new model at
/// most <see cref="Tick"/> later. Housekeeping also writes batches to the store and looks for workloads that came or went.
/// </para>
/// </remarks>
public sealed class AgentService : IAgent, IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WriteInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ScanInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PruneInterval = TimeSpan.FromMinutes(10);

    private readonly Lock _control = new();
    private readonly Lock _writing = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _log;
    private readonly StateLock _stateLock;
    private readonly IStore _store;
    private readonly ICaptures _captures;
    private readonly WorkloadDiscovery _discovery;
    private readonly LiveFlows _live = new();
    private readonly FlowBook _book;
    private readonly PolicyKeeper _policy;
    private readonly IDataPath _dataPath;
    private readonly DateTimeOffset _started;
    private readonly Dictionary<string, CapturedWorkload> _captured = [];
    private PolicyConfig _effective = new();
    private PolicyWorkload[] _compiledFor = [];
    private PolicyModel _model = PolicyModel.Compile(new PolicyConfig(), [], 0);
    private ApiServer? _api;
    private Task _housekeeping = Task.CompletedTask;
    private Task? _stop;

    private AgentService(AgentOptions options, Captures captures, AgentParts parts, StateLock stateLock)
    {
        Options = options;
        Captures = captures;
        _captures = parts.Captures;
        _stateLock = stateLock;
        _log = options.Log.CreateLogger("Weir.Agent");
        _started = options.Clock.GetUtcNow();
        _store = parts.OpenStore();
        _policy = PolicyKeeper.Load(_store, options.InitialPolicy);
        _discovery = new WorkloadDiscovery(parts.Namespaces, ConfiguredWorkloads(options), captures.Settings.NamespaceName);
        _book = new FlowBook(new WallClock(options.Clock, parts.Monotonic), _live, observation => _policy.Observe(observation));
        _dataPath = parts.OpenDataPath(_book.Observe);
    }

    public AgentOptions Options { get; }

    public Captures Captures { get; }

    /// <summary>Groups with modes, rules in order, learned ones included.</summary>
    public PolicyConfig Policy
    {
        get
        {
            lock (_control)
            {
                UseWhatWasLearnedUnsynchronized();
                return _effective;
            }
        }
    }

    /// <summary>The compiled policy that the data path asks now.</summary>
    public PolicyModel Model => Volatile.Read(ref _model);

    /// <summary>Recovers what a crash left, adopts the captures that are in place, starts the data path, and serves the API when a socket is given.</summary>
    /// <exception cref="AgentException">Another agent uses the state directory; the host refused.</exception>
    public static AgentService Start(AgentOptions options)
    {
        var settings = new CaptureSettings(options.StateDirectory, options.NamespaceName ?? AgentNames.NamespaceFor(options.StateDirectory))
        {
            FailClosed = options.FailClosed,
            HeartbeatTimeout = options.Heartbeat,
        };
        var captures = new Captures(settings);
        return Start(options, captures, AgentParts.OfHost(options, captures));
    }

    internal static AgentService Start(AgentOptions options, Captures captures, AgentParts parts)
    {
        try
        {
            var stateLock = StateLock.Take(options.StateDirectory);
            var agent = Make(options, captures, parts, stateLock);
            try
            {
                agent.TakeOver();
                agent.Serve();
                return agent;
            }
            catch
            {
                agent.StopAsync().GetAwaiter().GetResult();
                throw;
            }
        }
        catch (Exception exception) when (exception is not AgentException)
        {
            throw Failures.Translate(exception);
        }
    }

    /// <summary>Stops the data path and the API, and writes what is not yet in the store. Captures stay, or are released, by <see cref="AgentOptions.ReleaseOnExit"/>.</summary>
    public Task StopAsync()
    {
        lock (_stopping)
            return _stop ??= StopOnceAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>The captured workload with its ports, when its traffic is already under the enforcer. One that is captured in another mode is released first.</summary>
    /// <param name="progress">Called before each step.</param>
    public CapturedWorkload Capture(string workload, CaptureMode mode, Action<StepText>? progress = null)
    {
        lock (_control)
        {
            var found = FindUnsynchronized(workload);
            if (_captured.TryGetValue(workload, out var captured))
            {
                if (captured.Mode == mode)
                    return captured;
                ReleaseUnsynchronized(captured, progress);
            }

            return CaptureUnsynchronized(found, mode, progress);
        }
    }

    /// <summary>Does nothing when it is not captured.</summary>
    public void Release(string workload, Action<StepText>? progress = null)
    {
        lock (_control)
        {
            if (_captured.TryGetValue(workload, out var captured))
                ReleaseUnsynchronized(captured, progress);
            else
                _ = FindUnsynchronized(workload);
        }
    }

    /// <summary>The workloads that were captured.</summary>
    public IReadOnlyList<string> ReleaseAll(Action<StepText>? progress = null)
    {
        lock (_control)
        {
            var failures = new List<string>();
            var released = new List<string>();
            foreach (var captured in _captured.Values.ToList())
            {
                try
                {
                    ReleaseUnsynchronized(captured, progress);
                    released.Add(captured.Target.Workload);
                }
                catch (Exception exception)
                {
                    // The others must not stay because one can't go.
                    var failure = Failures.Translate(exception);
                    _log.ReleaseFailed(captured.Target.Workload, failure.Message);
                    failures.Add($"{captured.Target.Workload}: {failure.Message}");
                }
            }

            return failures.Count == 0
                ? released
                : throw new AgentException(AgentProblem.Host, "Not everything could be released.", [.. failures, "'weir release --all' tries again."]);
        }
    }

    public CapturePlan Plan(string workload, CaptureMode mode)
    {
        lock (_control)
            return Translated(() => _captures.Plan(FindUnsynchronized(workload).ToTarget(), mode));
    }

    /// <summary>The kernel's state against the plans; empty: all is in place.</summary>
    public IReadOnlyList<Drift> Verify()
    {
        lock (_control)
            return Translated(_captures.Verify);
    }

    public AgentStatus Status()
    {
        lock (_control)
        {
            return new AgentStatus
            {
                Version = typeof(AgentService).Assembly.GetName().Version?.ToString(3) ?? "",
                ProcessId = Environment.ProcessId,
                Started = _started,
                StateDirectory = Options.StateDirectory,
                Namespace = Captures.Settings.NamespaceName,
                FailClosed = Options.FailClosed,
                Workloads = _discovery.Current.Count,
                Captured = _captured.Count,
                PolicyGeneration = _model.Generation,
                Rules = _effective.Rules.Count,
                LearnedRules = _policy.LearnedRules,
                OpenSessions = _book.OpenSessions,
                RecordsLost = _book.Lost,
                Counters = _dataPath.Counters(),
            };
        }
    }

    public IReadOnlyList<WorkloadStatus> Workloads()
    {
        lock (_control)
            return [.. _discovery.Current.Select(StatusOfUnsynchronized)];
    }

    public IReadOnlyList<GroupStatus> Groups()
    {
        lock (_control)
        {
            UseWhatWasLearnedUnsynchronized();
            var workloads = _discovery.Current.Select(workload => workload.ToPolicy()).ToList();
            return [.. _effective.Groups.Select(group => new GroupStatus
            {
                Name = group.Name,
                Labels = group.Labels,
                Mode = group.Mode,
                Members = [.. workloads.Where(group.Contains).Select(workload => workload.Name)],
            })];
        }
    }

    /// <summary>Sessions since the store began, those that are alike taken together, last seen last.</summary>
    public IReadOnlyList<Flow> Flows(FlowQuery query) => [.. ListRecords(query).Select(FlowText.Flow).Reverse()];

    /// <summary>Who talks to whom, from the same records (<see cref="FlowQuery.Limit"/> counts conversations).</summary>
    public IReadOnlyList<Conversation> Conversations(FlowQuery query) =>
        [.. FlowText.Conversations(ListRecords(query with { Limit = int.MaxValue, Verdict = null }))
            .Where(conversation => query.Verdict is null || conversation.Verdict == query.Verdict)
            .TakeLast(query.Limit)];

    /// <summary>Newest last.</summary>
    public IReadOnlyList<Violation> Violations(FlowQuery query)
    {
        WriteBatch();
        return [.. Translated(() => _store.ListViolations(FilterOf(query))).Select(FlowText.Violation).Reverse()];
    }

    /// <summary>Every change of a session from now on. A reader that falls behind by more than 4096 records loses the oldest.</summary>
    public IAsyncEnumerable<Flow> LiveFlows(FlowQuery query, CancellationToken cancel) => _live.Read(query, cancel);

    /// <summary>Takes effect for all sessions, also those that are open. Learned rules that it leaves out are forgotten.</summary>
    /// <exception cref="AgentException">With all findings.</exception>
    public void ApplyPolicy(PolicyConfig policy)
    {
        var findings = CheckPolicy(policy);
        if (findings.Count > 0)
            throw new AgentException(AgentProblem.Request, "The policy has errors; nothing was changed.", findings);

        lock (_control)
        {
            Translated(() => _policy.Apply(policy, "api"));
            CompileUnsynchronized();
        }
    }

    /// <summary>All that is wrong with a policy, a sentence each; empty: nothing.</summary>
    public IReadOnlyList<string> CheckPolicy(PolicyConfig policy)
    {
        lock (_control)
        {
            // A workload that is away just now is no mistake.
            var known = _discovery.Current.Select(workload => workload.Name).Concat(_store.ListWorkloads().Select(workload => workload.Name));
            return [.. PolicyConfigValidator.Check(policy, known.Distinct()).Where(finding => finding.Severity == FindingSeverity.Error).Select(finding => finding.ToString())];
        }
    }

    /// <summary>The learned rules as rules that a person would write: the policy in force with them merged and renumbered.</summary>
    public PolicyConfig SuggestPolicy() => _policy.Suggest();

    /// <param name="group">A group's or a workload's name; a workload without a group of its name gets one.</param>
    public void SetMode(string group, PolicyMode mode)
    {
        lock (_control)
        {
            UseWhatWasLearnedUnsynchronized();
            if (_effective.Groups.All(known => known.Name != group) && _discovery.Current.All(workload => workload.Name != group))
            {
                throw new AgentException(
                    AgentProblem.NotFound,
                    $"There is no group or workload {group}.",
                    [$"Groups: {ListOf(_effective.Groups.Select(known => known.Name))}.", $"Workloads: {ListOf(_discovery.Current.Select(workload => workload.Name))}."]);
            }

            Translated(() => _policy.SetMode(group, mode));
            CompileUnsynchronized();
            _log.ModeSet(group, mode);
        }
    }

    /// <summary>True as soon as <paramref name="condition"/> holds; it is asked at least every 20 ms.</summary>
    public async Task<bool> WaitForAsync(Func<AgentService, bool> condition, TimeSpan timeout, CancellationToken cancel = default)
    {
        var start = Options.Clock.GetTimestamp();
        while (!condition(this))
        {
            if (Options.Clock.GetElapsedTime(start) > timeout)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(20), Options.Clock, cancel);
        }

        return true;
    }

    /// <summary>Returns when all that the data path has told until now is in <see cref="Flows"/> and <see cref="Violations"/>, and what it taught is in force.</summary>
    /// <remarks>The counters of a session that goes on are told once a second.</remarks>
    public async Task FlushAsync()
    {
        await _dataPath.DrainAsync();
        WriteBatch();
        lock (_control)
            UseWhatWasLearnedUnsynchronized();
    }

    private static AgentService Make(AgentOptions options, Captures captures, AgentParts parts, StateLock stateLock)
    {
        try
        {
            return new AgentService(options, captures, parts, stateLock);
        }
        catch
        {
            stateLock.Dispose();
            throw;
        }
    }

    private static IReadOnlyList<WorkloadConfig> ConfiguredWorkloads(AgentOptions options) =>
    [
        .. options.Configured,
        .. (options.Workloads ?? []).Select(workload => new WorkloadConfig { Name = workload.Name, Namespace = workload.NamespacePath, Labels = workload.Labels }),
    ];

    private static string ListOf(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";

    private static FlowFilter FilterOf(FlowQuery query) => new()
    {
        From = query.From,
        To = query.To,
        Verdict = query.Verdict,
        Since = query.Since,
        Limit = query.Limit,
    };

    private static T Translated<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is not AgentException)
        {
            throw Failures.Translate(exception);
        }
    }

    private static void Translated(Action action) => Translated(() =>
    {
        action();
        return true;
    });

    private void TakeOver()
    {
        foreach (var notice in (_store as SqliteStore)?.Notices ?? [])
            _log.StoreNotice(notice);

        var recovery = _captures.Recover();
        foreach (var line in recovery.Finished.Concat(recovery.Undone).Concat(recovery.Failed))
            _log.Recovered(line);

        lock (_control)
        {
            _ = _discovery.Scan();
            CompileUnsynchronized();
            foreach (var captured in _captures.List())
                AdoptUnsynchronized(captured);
            CaptureConfiguredUnsynchronized(_discovery.Current);
            // The workloads' addresses as they are now, and who has which port.
            CompileUnsynchronized();
            RememberWorkloadsUnsynchronized(_discovery.Current);
        }

        _log.Started(Options.StateDirectory, Captures.Settings.NamespaceName, _captured.Count);
        _housekeeping = Task.Run(KeepHouseAsync);
    }

    private void Serve()
    {
        if (Options.SocketPath is { } socket)
            ServeAt(socket);
    }

    // Apart, so that an agent without a socket does not load the web server.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ServeAt(string socket) =>
        _api = ApiServer.StartAsync(this, new ApiOptions(socket) { Group = Options.SocketGroup, Clock = Options.Clock }, Options.Log).GetAwaiter().GetResult();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task StopServingAsync()
    {
        if (_api is not null)
            await _api.DisposeAsync();
    }

    private async Task StopOnceAsync()
    {
        await _stopping.CancelAsync();
        _live.Complete();
        await StopServingAsync();
        await _housekeeping;
        if (Options.ReleaseOnExit)
            ReleaseForGood();
        await _dataPath.DrainAsync();
        lock (_control)
            _dataPath.Dispose();
        try
        {
            WriteBatch();
            _policy.TakeLearned();
        }
        catch (StoreException exception)
        {
            _log.StoreFailed(exception);
        }

        _store.Dispose();
        _stateLock.Dispose();
        _log.Stopped(_captured.Count == 0 ? "nothing is captured" : $"{_captured.Count} captures stay in place");
    }

    private void ReleaseForGood()
    {
        try
        {
            ReleaseAll();
        }
        catch (AgentException exception)
        {
            _log.HousekeepingFailed(exception);
        }
    }

    private async Task KeepHouseAsync()
    {
        var clock = Options.Clock;
        var (written, scanned, pruned) = (clock.GetTimestamp(), clock.GetTimestamp(), clock.GetTimestamp());
        using var timer = new PeriodicTimer(Tick, clock);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stopping.Token);
                if (_policy.HasNews)
                {
                    lock (_control)
                        UseWhatWasLearnedUnsynchronized();
                }

                if (IsDue(ref written, WriteInterval))
                    WriteBatch();
                if (IsDue(ref scanned, ScanInterval))
                    LookForWorkloads();
                if (IsDue(ref pruned, PruneInterval))
                    _store.Prune();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                // A full disk, a namespace in an odd state: the traffic's judgement goes on, and the next round tries again.
                _log.HousekeepingFailed(exception);
            }
        }

        bool IsDue(ref long last, TimeSpan interval)
        {
            if (clock.GetElapsedTime(last) < interval)
                return false;
            last = clock.GetTimestamp();
            return true;
        }
    }

    private void LookForWorkloads()
    {
        lock (_control)
        {
            var changes = _discovery.Scan();
            if (changes.IsEmpty)
                return;

            _log.WorkloadsChanged(changes.Appeared.Count, changes.Disappeared.Count, changes.Changed.Count);
            foreach (var gone in changes.Disappeared)
            {
                if (_captured.TryGetValue(gone.Name, out var captured))
                    CleanUnsynchronized(captured);
            }

            CaptureConfiguredUnsynchronized(changes.Appeared);
            CompileUnsynchronized();
            RememberWorkloadsUnsynchronized([.. changes.Appeared, .. changes.Changed]);
        }
    }

    private void RememberWorkloadsUnsynchronized(IReadOnlyList<DiscoveredWorkload> workloads)
    {
        var now = Options.Clock.GetUtcNow();
        WriteToStore(new StoreBatch
        {
            Workloads = [.. workloads.Select(workload => new WorkloadRecord
            {
                Name = workload.Name,
                NamespacePath = workload.NamespacePath,
                Addresses = workload.Addresses,
                Labels = workload.Labels,
                FirstSeen = now,
                LastSeen = now,
            })],
        });
    }

    private DiscoveredWorkload FindUnsynchronized(string workload)
    {
        if (_discovery.Current.FirstOrDefault(found => found.Name == workload) is { } known)
            return known;

        // It may be younger than the last look.
        if (!_discovery.Scan().IsEmpty)
            CompileUnsynchronized();
        return _discovery.Current.FirstOrDefault(found => found.Name == workload) ?? throw new AgentException(
            AgentProblem.NotFound,
            $"There is no workload {workload} on this host.",
            [$"Workloads: {ListOf(_discovery.Current.Select(found => found.Name))}.", "They are the named network namespaces ('ip netns' lists them) and those that weir.yaml names."]);
    }

    private CapturedWorkload CaptureUnsynchronized(DiscoveredWorkload workload, CaptureMode mode, Action<StepText>? progress) => Translated(() =>
    {
        var captured = _captures.Apply(_captures.Plan(workload.ToTarget(), mode), progress);
        try
        {
            _captured[workload.Name] = captured;
            NameFlowsUnsynchronized();
            _dataPath.Attach(captured);
            _dataPath.SetStrict(captured, IsStrict(workload.Name));
        }
        catch
        {
            // Not half captured: nobody would judge its traffic.
            _captured.Remove(workload.Name);
            NameFlowsUnsynchronized();
            _captures.Release(workload.Name, null);
            throw;
        }

        _log.Captured(workload.Name, mode);
        return captured;
    });

    private void ReleaseUnsynchronized(CapturedWorkload captured, Action<StepText>? progress)
    {
        var name = captured.Target.Workload;
        // The loop goes on until the way around it is open again: nothing is lost in between.
        Translated(() => _captures.Release(name, progress));
        _captured.Remove(name);
        _dataPath.Detach(captured);
        _log.Released(name);
    }

    private void CleanUnsynchronized(CapturedWorkload captured)
    {
        _log.Vanished(captured.Target.Workload);
        try
        {
            ReleaseUnsynchronized(captured, null);
        }
        catch (AgentException exception)
        {
            _log.ReleaseFailed(captured.Target.Workload, exception.Message);
        }
    }

    private void AdoptUnsynchronized(CapturedWorkload captured)
    {
        var name = captured.Target.Workload;
        if (_discovery.Current.All(workload => workload.Name != name) && !File.Exists(captured.Target.NamespacePath))
        {
            CleanUnsynchronized(captured);
            return;
        }

        try
        {
            _captured[name] = captured;
            NameFlowsUnsynchronized();
            _dataPath.Attach(captured);
            _dataPath.SetStrict(captured, IsStrict(name));
        }
        catch (Exception exception)
        {
            _log.CaptureFailed(name, Failures.Translate(exception).Message);
        }
    }

    private void CaptureConfiguredUnsynchronized(IReadOnlyList<DiscoveredWorkload> workloads)
    {
        foreach (var workload in workloads)
        {
            if (workload.Capture is not { } mode || _captured.ContainsKey(workload.Name))
                continue;
            try
            {
                CaptureUnsynchronized(workload, mode, null);
            }
            catch (AgentException exception)
            {
                _log.CaptureFailed(workload.Name, string.Join(' ', [exception.Message, .. exception.Findings]));
            }
        }
    }

    private void UseWhatWasLearnedUnsynchronized()
    {
        if (_policy.HasNews && Translated(_policy.TakeLearned))
            CompileUnsynchronized();
    }

    private void CompileUnsynchronized() => Translated(() =>
    {
        var effective = _policy.Effective();
        PolicyWorkload[] workloads = [.. _discovery.Current.Select(workload => workload.ToPolicy())];
        if (_model.Generation > 0 && effective == _effective && workloads.SequenceEqual(_compiledFor))
        {
            // A new generation makes every settled session be judged again: not for nothing.
            NameFlowsUnsynchronized();
            return;
        }

        (_effective, _compiledFor) = (effective, workloads);
        var model = PolicyModel.Compile(effective, workloads, _model.Generation + 1);
        Volatile.Write(ref _model, model);
        NameFlowsUnsynchronized();
        _dataPath.SetPolicy(model);
        foreach (var captured in _captured.Values)
            _dataPath.SetStrict(captured, IsStrict(captured.Target.Workload));
        _log.PolicyInForce(model.Generation, _effective.Rules.Count, _policy.LearnedRules);
    });

    private void NameFlowsUnsynchronized() => _book.Names = new FlowNames(_model, _captured.Values);

    private bool IsStrict(string workload) => _model.FindWorkload(workload) is >= 0 and var index && _model.ModeOf(index) == PolicyMode.Protect;

    private WorkloadStatus StatusOfUnsynchronized(DiscoveredWorkload workload)
    {
        var policy = workload.ToPolicy();
        var captured = _captured.GetValueOrDefault(workload.Name);
        return new WorkloadStatus
        {
            Name = workload.Name,
            NamespacePath = workload.NamespacePath,
            Addresses = [.. workload.Addresses.Select(address => address.ToString())],
            Labels = workload.Labels,
            Groups = [.. _effective.Groups.Where(group => group.Contains(policy)).Select(group => group.Name)],
            Mode = PolicyModes.ModeOf(_effective, policy),
            Capture = captured?.Mode,
            Since = captured?.Since,
            Ports = [.. (captured?.Ports ?? []).Select(port => PortStatus.Of(port) with { Counters = _dataPath.PortCounters(port.Id) })],
        };
    }

    private IReadOnlyList<FlowRecord> ListRecords(FlowQuery query)
    {
        WriteBatch();
        return Translated(() => _store.ListFlows(FilterOf(query)));
    }

    private void WriteBatch()
    {
        // In turns, so that a reader who comes second finds what the first one took.
        lock (_writing)
            WriteToStore(_book.Take());
    }

    private void WriteToStore(StoreBatch batch)
    {
        if (!batch.IsEmpty)
            Translated(() => _store.Write(batch));
    }
}
