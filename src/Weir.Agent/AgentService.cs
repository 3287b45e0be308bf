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
using Weir.Enforcer;
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
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _log;
    private readonly StateLock _stateLock;
    private readonly IStore _store;
    private readonly ICaptures _host;
    private readonly WorkloadDiscovery _discovery;
    private readonly LiveFlows _live = new();
    private readonly FlowBook _book;
    private readonly ChangeSignal _changes = new();
    private readonly PolicyKeeper _policy;
    private readonly PolicyInForce _inForce;
    private readonly IDataPath _dataPath;
    private readonly CaptureBook _captures;
    private readonly AgentRecords _records;
    private readonly AgentQueries _queries;
    private readonly DateTimeOffset _started;
    private ApiServer? _api;
    private Task _housekeeping = Task.CompletedTask;
    private Task? _stop;

    private AgentService(AgentOptions options, Captures captures, AgentParts parts, StateLock stateLock)
    {
        Options = options;
        Captures = captures;
        _host = parts.Captures;
        _stateLock = stateLock;
        _log = options.Log.CreateLogger("Weir.Agent");
        _started = options.Clock.GetUtcNow();
        _store = parts.OpenStore();
        _policy = PolicyKeeper.Load(_store, options.InitialPolicy);
        _discovery = new WorkloadDiscovery(parts.Namespaces, ConfiguredWorkloads(options), captures.Settings.NamespaceName);
        _book = new FlowBook(new WallClock(options.Clock, parts.Monotonic), _live, observation => _policy.Observe(observation));
        _dataPath = parts.OpenDataPath(Observe);
        _inForce = new PolicyInForce(_policy);
        _captures = new CaptureBook(_host, _dataPath, _inForce, _book, _log);
        _records = new AgentRecords(_store, _book, options.Clock);
        _queries = new AgentQueries(_discovery, _captures, _inForce, _policy, _dataPath);
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
                return _inForce.Effective;
            }
        }
    }

    /// <summary>The compiled policy that the data path asks now.</summary>
    public PolicyModel Model => _inForce.Model;

    /// <summary>Recovers what a crash left, adopts the captures that are in place, starts the data path, and serves the API when a socket is given.</summary>
    /// <exception cref="AgentException">Another agent uses the state directory; the host refused.</exception>
    public static AgentService Start(AgentOptions options)
    {
        var captures = new Captures(options.CaptureSettings);
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
            if (_captures.Find(workload) is { } captured)
            {
                if (captured.Mode == mode)
                    return captured;
                _captures.Release(captured, progress);
            }

            return _captures.Capture(found, mode, progress);
        }
    }

    /// <summary>Does nothing when it is not captured.</summary>
    public void Release(string workload, Action<StepText>? progress = null)
    {
        lock (_control)
        {
            if (_captures.Find(workload) is { } captured)
                _captures.Release(captured, progress);
            else
                _ = FindUnsynchronized(workload);
        }
    }

    /// <summary>The workloads that were captured.</summary>
    public IReadOnlyList<string> ReleaseAll(Action<StepText>? progress = null)
    {
        lock (_control)
            return _captures.ReleaseAll(progress);
    }

    public CapturePlan Plan(string workload, CaptureMode mode)
    {
        lock (_control)
            return Failures.Translated(() => _host.Plan(FindUnsynchronized(workload).ToTarget(), mode));
    }

    /// <summary>The kernel's state against the plans; empty: all is in place.</summary>
    public IReadOnlyList<Drift> Verify()
    {
        lock (_control)
            return Failures.Translated(_host.Verify);
    }

    public AgentStatus Status()
    {
        lock (_control)
            return _queries.Status(Options, _started, Captures.Settings.NamespaceName, _book);
    }

    public IReadOnlyList<WorkloadStatus> Workloads()
    {
        lock (_control)
            return _queries.Workloads();
    }

    public IReadOnlyList<GroupStatus> Groups()
    {
        lock (_control)
        {
            UseWhatWasLearnedUnsynchronized();
            return _queries.Groups();
        }
    }

    /// <summary>Sessions since the store began, those that are alike taken together, last seen last.</summary>
    public IReadOnlyList<Flow> Flows(FlowQuery query) => _records.Flows(query);

    /// <summary>Who talks to whom, from the same records (<see cref="FlowQuery.Limit"/> counts conversations).</summary>
    public IReadOnlyList<Conversation> Conversations(FlowQuery query) => _records.Conversations(query);

    /// <summary>Newest last.</summary>
    public IReadOnlyList<Violation> Violations(FlowQuery query) => _records.Violations(query);

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
            Failures.Translated(() => _policy.Apply(policy, "api"));
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
            if (_inForce.Effective.Groups.All(known => known.Name != group) && _discovery.Current.All(workload => workload.Name != group))
            {
                throw new AgentException(
                    AgentProblem.NotFound,
                    $"There is no group or workload {group}.",
                    [$"Groups: {ListOf(_inForce.Effective.Groups.Select(known => known.Name))}.", $"Workloads: {ListOf(_discovery.Current.Select(workload => workload.Name))}."]);
            }

            Failures.Translated(() => _policy.SetMode(group, mode));
            CompileUnsynchronized();
            _log.ModeSet(group, mode);
        }
    }

    /// <summary>True as soon as <paramref name="condition"/> holds; it is asked when the data path has told something, when a new policy is in force, and at each <see cref="Tick"/>.</summary>
    public async Task<bool> WaitForAsync(Func<AgentService, bool> condition, TimeSpan timeout, CancellationToken cancel = default)
    {
        using var deadline = new CancellationTokenSource(timeout, Options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        while (true)
        {
            var change = _changes.Next();
            if (condition(this))
                return true;
            try
            {
                await change.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    /// <summary>Returns when all that the data path has told until now is in <see cref="Flows"/> and <see cref="Violations"/>, and what it taught is in force.</summary>
    /// <remarks>The counters of a session that goes on are told once a second.</remarks>
    public async Task FlushAsync()
    {
        await _dataPath.DrainAsync();
        _records.WriteBatch();
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

    private void Observe(int loops, in FlowEvent flow)
    {
        _book.Observe(loops, flow);
        _changes.Set();
    }

    private void TakeOver()
    {
        foreach (var notice in (_store as SqliteStore)?.Notices ?? [])
            _log.StoreNotice(notice);

        var recovery = _host.Recover();
        foreach (var line in recovery.Finished.Concat(recovery.Undone).Concat(recovery.Failed))
            _log.Recovered(line);

        lock (_control)
        {
            _ = _discovery.Scan();
            CompileUnsynchronized();
            _captures.Adopt(_discovery.Current);
            _captures.CaptureConfigured(_discovery.Current);
            // The workloads' addresses as they are now, and who has which port.
            CompileUnsynchronized();
            _records.Remember(_discovery.Current);
        }

        _log.Started(Options.StateDirectory, Captures.Settings.NamespaceName, _captures.Count);
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
            _records.WriteBatch();
            _policy.TakeLearned();
        }
        catch (StoreException exception)
        {
            _log.StoreFailed(exception);
        }

        _store.Dispose();
        _stateLock.Dispose();
        _log.Stopped(_captures.Count == 0 ? "nothing is captured" : $"{_captures.Count} captures stay in place");
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

    private Task KeepHouseAsync() => Housekeeping.RunAsync(
        Options.Clock,
        Tick,
        [
            new Chore(TimeSpan.Zero, UseWhatWasLearned),
            new Chore(WriteInterval, _records.WriteBatch),
            new Chore(ScanInterval, LookForWorkloads),
            new Chore(PruneInterval, () => _store.Prune()),
            new Chore(TimeSpan.Zero, _changes.Set),
        ],
        _log,
        _stopping.Token);

    private void UseWhatWasLearned()
    {
        if (!_policy.HasNews)
            return;
        lock (_control)
            UseWhatWasLearnedUnsynchronized();
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
                _captures.CleanUpAfter(gone.Name);
            _captures.CaptureConfigured(changes.Appeared);
            CompileUnsynchronized();
            _records.Remember([.. changes.Appeared, .. changes.Changed]);
        }
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

    private void UseWhatWasLearnedUnsynchronized()
    {
        if (_policy.HasNews && Failures.Translated(_policy.TakeLearned))
            CompileUnsynchronized();
    }

    private void CompileUnsynchronized()
    {
        Failures.Translated(() =>
        {
            if (!_inForce.Compile(_discovery.Current.Select(workload => workload.ToPolicy())))
            {
                _captures.NameFlows();
                return;
            }

            _captures.EnforcePolicy();
            _log.PolicyInForce(_inForce.Model.Generation, _inForce.Effective.Rules.Count, _policy.LearnedRules);
        });
        _changes.Set();
    }
}
