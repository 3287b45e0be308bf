using Weir.Agent;
using Weir.Agent.Api;
using Weir.Capture;
using Weir.Cli.Demo.Workloads;
using Weir.Cli.Output;
using Weir.Host;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Policy;

namespace Weir.Cli.Demo;

/// <summary>One run of the demo: its rounds in order, what they observed, and the way back from wherever it ends.</summary>
/// <remarks>
/// before: traffic and attacks without Weir. discover: captured, learned. protect: legitimate traffic goes on, the same attacks fail.
/// throughput: bulk transfers in turns. live: only without --once. release: always, after an error and Ctrl-C too; then all is compared.
/// </remarks>
internal sealed class DemoRun(DemoOptions options, DemoView view, TimeProvider clock, CancellationToken cancel) : IDisposable
{
    private const int Rounds = 5;
    private const int CallsPerRound = 24;
    private const int CallsAfterStep = 3;
    private static readonly TimeSpan LearnPatience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(3);
    private readonly List<Check> _checks = [];
    private static readonly FlowQuery All = new() { Limit = 10_000 };
    private readonly StateProof _proof = new();
    private readonly DemoNetwork _network = new(Environment.ProcessId);
    private readonly Exhibits _exhibits = new();
    private DemoHome? _home;
    private DemoProcesses? _processes;
    private DemoActors? _actors;
    private AgentService? _agent;
    private string? _error;

    /// <summary>The run ended early because the host said no.</summary>
    public bool HostRefused { get; private set; }

    private bool IsTap => options.Mode == CaptureMode.Tap;

    public async Task<DemoResult> RunAsync()
    {
        try
        {
            await PrepareAsync();
            await BeforeAsync();
            await DiscoverAsync();
            await ProtectAsync();
            await ThroughputAsync();
            if (!options.Once)
                await LiveAsync();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Fail("interrupted");
        }
        catch (Exception e)
        {
            HostRefused = HostRefusal.Is(e);
            Fail([.. HostRefusal.Lines(e)]);
        }

        try
        {
            await ReleaseAsync();
        }
        finally
        {
            Remove();
        }

        var result = Result();
        view.End(result.Ok, _checks.Count(check => check.Ok), _checks.Count);
        return result;
    }

    /// <summary>The demo's host: namespaces, bridge, workloads.</summary>
    private async Task PrepareAsync()
    {
        foreach (var sentence in DemoHome.RemoveLeftovers())
            view.Step(sentence);
        _home = DemoHome.Create(options, Environment.ProcessId);
        _network.Create();
        _processes = new DemoProcesses(_network);
        await _processes.ReadyAsync(cancel);
        _actors = new DemoActors(_network, _processes, clock);
        await _actors.StartTrafficAsync(cancel);
    }

    private async Task BeforeAsync()
    {
        Round(DemoRound.Before, 1, "before capture", "The workloads talk over a plain bridge. Nobody watches, and an attack meets nothing.");
        view.Table("workloads", ["name", "namespace", "addresses", "~serves"],
        [
            ["web", _network.Web.Namespace, string.Join(", ", _network.Web.Addresses), "HTTP on 80; calls api 20 times a second"],
            ["api", _network.Api.Namespace, string.Join(", ", _network.Api.Addresses), "HTTP on 8080 (asks db each time), administration on 9000, bulk on 5201"],
            ["db", _network.Db.Namespace, string.Join(", ", _network.Db.Addresses), "Redis on 6379"],
        ]);
        if (options.Break == DemoBreak.Before)
            _processes!.Db.Kill();

        await ObserveTrafficAsync(DemoRound.Before);
        foreach (var kind in Enum.GetValues<AttackKind>())
            Add(Judgement.AttackWorks(await _actors!.AttackAsync(kind, cancel)));
        // Not sooner: the kernel takes up to a second until it calls a new bridge UP.
        _proof.Take([.. _network.Workloads.Select(member => member.Namespace), _network.Network]);
    }

    /// <summary>Captures, lets the traffic run until all of it is understood, and shows what was learned.</summary>
    private async Task DiscoverAsync()
    {
        Round(DemoRound.Discover, 2, "discover", "The workloads are captured while they talk. All passes; what is seen is learned as rules.");
        _agent = AgentService.Start(new AgentOptions
        {
            StateDirectory = _home!.StateDirectory,
            SocketPath = _home.SocketPath,
            Workloads = [.. _network.Workloads.Select(member => new AgentWorkload(member.Name, member.NamespacePath))],
            InitialPolicy = new PolicyConfig
            {
                DefaultMode = PolicyMode.Discover,
                Groups = [.. _network.Workloads.Select(member => new PolicyGroup { Name = member.Name })],
            },
            ReleaseOnExit = true,
            Clock = clock,
        });
        var beforeCapture = await _actors!.ObserveAsync(cancel);
        foreach (var member in _network.Workloads)
        {
            cancel.ThrowIfCancellationRequested();
            var steps = 0;
            var first = await _actors.ObserveAsync(cancel);
            var began = clock.GetTimestamp();
            var captured = _agent.Capture(member.Name, options.Mode, _ => steps++);
            var took = clock.GetElapsedTime(began);
            var traffic = await _actors.TrafficSinceAsync(first, CallsAfterStep, cancel);
            view.Step($"{member.Name} captured in {took.TotalMilliseconds:0} ms, {(IsTap ? "nothing changed on the host" : $"{steps} steps")}"
                + string.Concat(captured.Ports.Where(port => port.OutsideName.Length > 0).Select(port => $": {port.OutsideName} ⇄ {port.InsideName}"))
                + $"; the longest that a call waited: {traffic.SlowestMilliseconds:0} ms");
        }

        if (options.Break == DemoBreak.Discover)
            _processes!.Db.Kill();

        await DemoActors.TransferAsync(_processes!.Web, _network.Api, TimeSpan.FromMilliseconds(200), cancel);
        var learning = await ObserveTrafficAsync(DemoRound.Discover, beforeCapture);
        Add(Judgement.OldConnectionLives(DemoRound.Discover, learning));

        await _agent.WaitForAsync(agent => ExpectedEdge.All.All(edge => edge.IsSeenIn(agent.Conversations(All))) && ExpectedEdge.All.All(edge => edge.IsLearnedIn(agent.Policy)), LearnPatience, cancel);
        await _agent.FlushAsync();
        var conversations = _agent.Conversations(All);
        _exhibits.Learned = Exhibits.LearnedRules(_agent.Policy);
        foreach (var edge in ExpectedEdge.All)
        {
            _checks.Add(edge.CheckSeen(conversations));
            _checks.Add(edge.CheckLearned(_agent.Policy));
        }

        view.Table("who talks to whom", ["from", "to", ">port", "protocol", ">sessions", ">bytes"], conversations.Select(c => (IReadOnlyList<Cell>)
            [c.From, c.To, $"{c.Port}", Exhibits.ProtocolOf(c.Application, c.Protocol), $"{c.Sessions}", $"{c.Bytes:N0}"]));
        view.Table("learned rules", [">rule", "from", "to", "ports", "protocols"], _exhibits.Learned.Select(rule => (IReadOnlyList<Cell>)
            [$"{rule.Rule}", rule.From, rule.To, string.Join(", ", rule.Ports), string.Join(", ", rule.Protocols)]));
        foreach (var check in _checks.TakeLast(2 * ExpectedEdge.All.Count))
            view.Check(check);
    }

    /// <summary>The learned rules are the policy now; the same attacks as before, and what became of them.</summary>
    private async Task ProtectAsync()
    {
        Round(DemoRound.Protect, 3, IsTap ? "protect (a tap can only report)" : "protect", IsTap
            ? "Only what was learned is right. A tap sees copies: what is not right goes on, and is reported."
            : "Only what was learned passes. Legitimate traffic goes on; the same attacks as before meet Weir.");
        var agent = _agent!;
        if (options.Break == DemoBreak.Protect)
            agent.ApplyPolicy(agent.Policy with { Rules = [.. agent.Policy.Rules.Where(rule => rule.Origin != RuleOrigin.Learned)] });
        if (options.Break != DemoBreak.Attack)
            SetModes(IsTap ? PolicyMode.Monitor : PolicyMode.Protect);

        await agent.FlushAsync();
        var last = agent.Violations(All) is [.., var latest] ? latest.Id : 0;
        var first = await _actors!.ObserveAsync(cancel);
        List<Attack> attacks = [];
        foreach (var kind in Enum.GetValues<AttackKind>())
            attacks.Add(await _actors.AttackAsync(kind, cancel));
        var rate = await DemoActors.TransferAsync(_processes!.Web, _network.Api, TimeSpan.FromMilliseconds(100), cancel);
        var traffic = await ObserveTrafficAsync(DemoRound.Protect, first);
        Add(Judgement.OldConnectionLives(DemoRound.Protect, traffic));

        await agent.WaitForAsync(a => attacks.All(attack => Exhibits.Reported(attack, a.Violations(All), last).Count == attack.Attempts.Count), ReportPatience, cancel);
        await agent.FlushAsync();
        var violations = agent.Violations(All);
        foreach (var attack in attacks)
        {
            var reported = Exhibits.Reported(attack, violations, last);
            _exhibits.Blocked.AddRange(Exhibits.PerPort(reported, stopped: !attack.GotThrough));
            Add(IsTap ? Judgement.AttackIsReported(attack, reported.Count) : Judgement.AttackIsStopped(attack, reported.Count));
        }

        _exhibits.Allowed = [.. ExpectedEdge.All.Select(edge => edge.AllowedIn(agent.Flows(All), agent.Policy, traffic, rate > 0 ? 1 : 0))];
        view.Table(IsTap ? "reported" : "stopped", ["from", "to", "~ports", ">tries", "~why", "~rule"], Exhibits.Summarize(_exhibits.Blocked));
    }

    /// <summary>Short transfers in turns, so that a change of the machine's mood meets all three alike.</summary>
    private async Task ThroughputAsync()
    {
        Round(DemoRound.Throughput, 4, "throughput", "A bulk transfer web → api in discover and protect, and between an identical pair that is not captured, in turns.");
        const int turns = 3;
        var duration = TimeSpan.FromMilliseconds(400);
        if (options.Break == DemoBreak.Throughput)
            _processes!.Api.Kill();
        List<double> before = [], discover = [], protect = [];
        Func<Task>[] transfers =
        [
            async () => before.Add(await DemoActors.TransferAsync(_processes!.PlainSender, _network.PlainReceiver, duration, cancel)),
            () => TransferInAsync(PolicyMode.Discover, discover),
            () => TransferInAsync(IsTap ? PolicyMode.Monitor : PolicyMode.Protect, protect),
        ];
        for (var turn = 0; turn < turns; turn++)
        {
            // Each begins a turn as often as the others.
            for (var i = 0; i < transfers.Length; i++)
                await transfers[(turn + i) % transfers.Length]();
        }

        SetModes(IsTap ? PolicyMode.Monitor : PolicyMode.Protect);
        _exhibits.Throughput = new ThroughputResult(Judgement.Median(before), Judgement.Median(discover), Judgement.Median(protect));
        view.Throughput(_exhibits.Throughput, IsTap);
        Add(Judgement.ThroughputMeasured(_exhibits.Throughput));

        async Task TransferInAsync(PolicyMode mode, List<double> rates)
        {
            SetModes(mode);
            rates.Add(await DemoActors.TransferAsync(_processes!.Web, _network.Api, duration, cancel));
        }
    }

    private async Task LiveAsync()
    {
        Round(DemoRound.Live, Rounds, "live", "Protected traffic goes on, and web tries its attacks again and again. Ctrl-C releases all.");
        view.Step($"watch it from another terminal: weir flows -f --socket {_home!.SocketPath}");
        await new LiveView(view, _agent!, _actors!, clock).RunAsync(cancel);
    }

    /// <summary>Everything back, in any case; then the proof.</summary>
    private async Task ReleaseAsync()
    {
        if (!_proof.IsTaken)
            return;
        Round(DemoRound.Release, Rounds, "release", "The captured ports go back to where they were, and every namespace is compared with what it was.");
        if (_agent is { } agent)
        {
            try
            {
                await ReleaseCapturesAsync(agent);
            }
            catch (Exception e)
            {
                HostRefused |= HostRefusal.Is(e);
                Fail([.. HostRefusal.Lines(e)]);
            }

            await agent.DisposeAsync();
        }

        if (options.Break == DemoBreak.Release)
            LeaveStrayLink();
        Compare();
    }

    private async Task ReleaseCapturesAsync(AgentService agent)
    {
        await agent.FlushAsync();
        _exhibits.Flows = [.. agent.Conversations(All).Where(c => c.Verdict != PolicyAction.Deny).Select(Exhibits.Flow)];
        // Not to be cut by the Ctrl-C that ended the live round; nothing to look at when the rounds broke.
        var first = _error is null ? await _actors!.ObserveAsync(CancellationToken.None) : null;
        foreach (var member in _network.Workloads)
        {
            var began = clock.GetTimestamp();
            agent.Release(member.Name);
            var took = clock.GetElapsedTime(began);
            // The next only when calls go through again: two gaps at once may cost a call the second of a neighbour's next try.
            if (first is not null)
                await _actors!.TrafficSinceAsync(await _actors.ObserveAsync(CancellationToken.None), CallsAfterStep, CancellationToken.None);
            view.Step($"{member.Name} released in {took.TotalMilliseconds:0} ms");
        }

        if (first is not null)
        {
            var traffic = await _actors!.TrafficSinceAsync(first, CallsPerRound, CancellationToken.None);
            Add(Judgement.LegitimateTraffic(DemoRound.Release, traffic, DemoNetwork.HasIpv6));
            Add(Judgement.OldConnectionLives(DemoRound.Release, traffic));
        }
    }

    private void Compare()
    {
        var compared = _proof.Compare();
        List<IReadOnlyList<Cell>> rows =
        [
            .. compared.Select(c => (IReadOnlyList<Cell>)
                [c.Namespace, $"{c.Lines}", c.Differences.Count == 0 ? new Cell("the same", Tone.Good) : new Cell($"{c.Differences.Count} differences", Tone.Bad)]),
        ];
        List<string> differences = [.. compared.SelectMany(c => c.Differences.Select(line => $"{c.Namespace}: {line}"))];
        if (_home is { IsOwnState: true } home && _agent is not null)
        {
            var isThere = NetworkNamespace.NamedExists(home.WeirNamespace);
            rows.Add([home.WeirNamespace, "", isThere ? new Cell("Weir's own: still there", Tone.Bad) : new Cell("Weir's own: gone", Tone.Good)]);
            if (isThere)
                differences.Add($"{home.WeirNamespace}: Weir's own namespace is still there");
        }

        view.Table("compared with before", ["namespace", ">lines of state", "against before"], rows);
        foreach (var line in differences)
            view.Warning(line);
        _exhibits.Differences = differences;
        _exhibits.Restored = differences.Count == 0;
        Add(Judgement.Restored(differences, compared.Count));
    }

    private void LeaveStrayLink()
    {
        using var ns = NetworkNamespace.OpenNamed(_network.Web.Namespace);
        using var route = RouteSocket.Open(ns);
        route.Links.AddVeth(new VethEnd { Name = "stray0" }, new VethEnd { Name = "stray1" });
    }

    private async Task<Traffic> ObserveTrafficAsync(DemoRound round, Observation? since = null)
    {
        since ??= await _actors!.ObserveAsync(cancel);
        var traffic = await _actors!.TrafficSinceAsync(since, CallsPerRound, cancel);
        Add(Judgement.LegitimateTraffic(round, traffic, DemoNetwork.HasIpv6));
        return traffic;
    }

    private void SetModes(PolicyMode mode)
    {
        foreach (var member in _network.Workloads)
            _agent!.SetMode(member.Name, mode);
    }

    /// <summary>A round begins: the same words on every output, so that a script can wait for them.</summary>
    private void Round(DemoRound round, int number, string title, string sentence)
    {
        // After an error or Ctrl-C only the way back is left.
        if (round != DemoRound.Release)
            cancel.ThrowIfCancellationRequested();
        view.Round(number, Rounds, title, sentence);
    }

    private void Add(Check check)
    {
        _checks.Add(check);
        view.Check(check);
    }

    private void Fail(params IReadOnlyList<string> lines)
    {
        _error ??= string.Join("; ", lines);
        foreach (var line in lines)
            view.Warning(line);
    }

    /// <summary>The demo's own things; a failure here is shown and is not the end of the rest.</summary>
    private void Remove()
    {
        Attempt(Dispose);
        Attempt(_network.Delete);
        if (_home is { IsOwnState: true })
        {
            Attempt(() =>
            {
                if (NetworkNamespace.NamedExists(_home.WeirNamespace))
                    NetworkNamespace.DeleteNamed(_home.WeirNamespace);
            });
        }

        Attempt(() => _home?.Delete());
        var left = NetworkNamespace.ListNamed().Where(name => name.StartsWith(_network.Prefix + "-", StringComparison.Ordinal)).ToList();
        if (left.Count > 0)
            Fail($"namespaces are left: {string.Join(", ", left)} (ip netns delete NAME)");

        void Attempt(Action action)
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                Fail([.. HostRefusal.Lines(e)]);
            }
        }
    }

    /// <summary>Ends the workloads' programs, if a run has left any.</summary>
    public void Dispose()
    {
        _processes?.Dispose();
        _processes = null;
    }

    private DemoResult Result() => new()
    {
        Ok = _error is null && _checks.Count > 0 && _checks.All(check => check.Ok) && _exhibits.Restored,
        Mode = options.Mode.ToString().ToLowerInvariant(),
        Workloads = [.. _network.Workloads.Select(member => member.Name)],
        Flows = _exhibits.Flows,
        Learned = _exhibits.Learned,
        Allowed = _exhibits.Allowed,
        Blocked = _exhibits.Blocked,
        // Nothing was captured: nothing to restore.
        Restored = _exhibits.Restored || _agent is null,
        Throughput = _exhibits.Throughput,
        Checks = _checks,
        Differences = _exhibits.Differences,
        Error = _error,
    };
}
