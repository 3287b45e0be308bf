using Weir.Agent.Api;
using Weir.Agent.DataPath;
using Weir.Agent.Learning;
using Weir.Agent.Store;
using Weir.Enforcer;
using Weir.Policy;

namespace Weir.Agent.Flows;

/// <summary>
/// Turns the data path's events into records: counts per session until it is known what it is, then adds it to the next batch for the store;
/// reports each violation once; hands what may be learned to the learner; and tells live readers.
/// </summary>
/// <remarks>
/// A session is written under the key it has when its application is final, when it ends, or after <see cref="Patience"/>. When the key changes
/// later (a new policy), what is counted from then on is written under the new one. Batches are bounded: beyond the bound records are counted as lost.
/// Any thread may call.
/// </remarks>
internal sealed class FlowBook(WallClock clock, LiveFlows live, Action<Observation> learn, FlowBounds? bounds = null)
{
    /// <summary>How long a session may stay unwritten while its application is not known.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>A client that tries again from the same port in this time (a SYN sent again) is not a new violation.</summary>
    private static readonly TimeSpan SameAttempt = TimeSpan.FromSeconds(60);

    private readonly FlowBounds _bounds = bounds ?? new FlowBounds();
    private readonly Lock _turn = new();
    private readonly Dictionary<(int Loops, ulong Session), OpenSession> _sessions = [];
    private readonly List<OpenSession> _closed = [];
    private readonly Dictionary<FlowKey, ViolationRecord> _violations = [];
    private readonly Dictionary<(FlowKey Key, ushort ClientPort), DateTimeOffset> _reported = [];
    private ulong _lost;

    /// <summary>Who is who from now on; null: nothing is known yet.</summary>
    public FlowNames? Names { get; set; }

    /// <summary>Records that were given up because too much happened between two writes.</summary>
    public ulong Lost => Volatile.Read(ref _lost);

    public int OpenSessions
    {
        get
        {
            lock (_turn)
                return _sessions.Count;
        }
    }

    public void Observe(int loops, in FlowEvent flow)
    {
        lock (_turn)
        {
            if (Names is not { } names)
                return;

            if (flow.Kind == FlowEventKind.Dropped)
                ObserveDrop(names, flow);
            else
                ObserveSession(names, loops, flow);
        }
    }

    /// <summary>What is to be written now.</summary>
    public StoreBatch Take()
    {
        lock (_turn)
        {
            var patience = clock.Now - Patience;
            var due = _sessions.Values.Where(session => session.IsDirty && (session.IsFinal || session.Start < patience)).Concat(_closed);
            var flows = due.GroupBy(session => (session.Key, session.IsNewRecord)).Select(group => Sum([.. group.Select(session => session.TakeRecord())])).ToList();
            _closed.Clear();
            List<ViolationRecord> violations = [.. _violations.Values];
            _violations.Clear();
            return new StoreBatch { Flows = flows, Violations = violations };
        }
    }

    private static FlowRecord Sum(IReadOnlyList<FlowRecord> alike) => alike.Count == 1 ? alike[0] : alike[0] with
    {
        Sessions = alike.Sum(record => record.Sessions),
        ClientPackets = alike.Sum(record => record.ClientPackets),
        ClientBytes = alike.Sum(record => record.ClientBytes),
        ServerPackets = alike.Sum(record => record.ServerPackets),
        ServerBytes = alike.Sum(record => record.ServerBytes),
        FirstSeen = alike.Min(record => record.FirstSeen),
        LastSeen = alike.Max(record => record.LastSeen),
    };

    private static FlowKey KeyOf(FlowNames names, in FlowEvent flow)
    {
        var (client, server) = names.EndsOf(flow);
        return new FlowKey(
            client, server, flow.Direction, flow.Protocol, flow.ServerPort, flow.Application, flow.ServerName,
            flow.Decision.Action, flow.Decision.RuleId, flow.Decision.Mode, flow.DropReason);
    }

    private static OpenSession Open(FlowNames names, in FlowEvent flow, DateTimeOffset time) => new()
    {
        Start = time,
        Key = KeyOf(names, flow),
        Workload = names.WorkloadOf(flow.PortId),
        ClientPort = flow.ClientPort,
    };

    private void ObserveSession(FlowNames names, int loops, in FlowEvent flow)
    {
        var time = clock.At(flow.Time);
        if (_sessions.TryGetValue((loops, flow.Session), out var session))
        {
            // Names stay those of the start: a session does not change its ends.
            session.Key = session.Key with
            {
                Application = flow.Application,
                ServerName = flow.ServerName ?? session.Key.ServerName,
                Action = flow.Decision.Action,
                RuleId = flow.Decision.RuleId,
                Mode = flow.Decision.Mode,
                Reason = flow.DropReason,
            };
        }
        else if (_sessions.Count < _bounds.Sessions)
        {
            session = Open(names, flow, time);
            _sessions.Add((loops, flow.Session), session);
        }
        else
        {
            _lost++;
            return;
        }

        var isClosed = flow.Kind == FlowEventKind.Closed;
        session.LastSeen = time;
        session.Settled = flow.Settled;
        session.IsFinal = flow.ApplicationIsFinal || isClosed;
        session.Count(flow);
        Report(session);
        Learn(session, flow);
        if (live.HasReaders)
            live.Publish(session.ToFlow(flow.Session, isClosed ? FlowState.Closed : FlowState.Open));
        if (isClosed)
        {
            _sessions.Remove((loops, flow.Session));
            Finish(session);
        }
    }

    /// <summary>Frames that belong to no session: one record, done at once.</summary>
    private void ObserveDrop(FlowNames names, in FlowEvent flow)
    {
        var time = clock.At(flow.Time);
        var session = Open(names, flow, time);
        session.LastSeen = time;
        session.Count(flow);
        Report(session);
        if (live.HasReaders)
            live.Publish(session.ToFlow(0, FlowState.Dropped));
        Finish(session);
    }

    private void Finish(OpenSession session)
    {
        if (_closed.Count < _bounds.Records)
            _closed.Add(session);
        else
            _lost++;
    }

    /// <summary>Once per session and verdict; repeats in one batch are one record with their count.</summary>
    private void Report(OpenSession session)
    {
        var key = session.Key;
        var isViolation = key.Action is PolicyAction.Violate or PolicyAction.Deny || key.Reason != DropReason.None;
        if (!isViolation || session.Reported == (key.Action, key.Reason))
            return;

        session.Reported = (key.Action, key.Reason);
        if (!IsNewAttempt(key, session))
            return;
        var isRepeat = _violations.TryGetValue(key, out var earlier);
        if (!isRepeat && _violations.Count >= _bounds.Violations)
        {
            _lost++;
            return;
        }

        _violations[key] = new ViolationRecord
        {
            Time = session.LastSeen,
            Count = (earlier?.Count ?? 0) + 1,
            From = key.Client.Name,
            FromAddress = key.Client.Address,
            To = key.Server.Name,
            ToAddress = key.Server.Address,
            ClientPort = session.ClientPort,
            Protocol = key.Protocol,
            ServerPort = key.ServerPort,
            Application = key.Application,
            ServerName = key.ServerName,
            End = key.End,
            // A frame that no rule was asked about is dropped all the same, or would be in protect.
            Action = key.Action is PolicyAction.Violate or PolicyAction.Deny ? key.Action : key.Mode == PolicyMode.Protect ? PolicyAction.Deny : PolicyAction.Violate,
            RuleId = key.RuleId,
            Mode = key.Mode,
            Reason = key.Reason == DropReason.None ? "" : key.Reason.ToString(),
        };
    }

    private bool IsNewAttempt(FlowKey key, OpenSession session)
    {
        var attempt = (key, session.ClientPort);
        var isNew = !_reported.TryGetValue(attempt, out var last) || session.LastSeen - last > SameAttempt;
        if (_reported.Count >= _bounds.Attempts)
            _reported.Clear();
        _reported[attempt] = session.LastSeen;
        return isNew;
    }

    private void Learn(OpenSession session, in FlowEvent flow)
    {
        if (session.IsLearned || !session.IsFinal || session.Key.Action != PolicyAction.Learn)
            return;

        session.IsLearned = true;
        learn(new Observation
        {
            Client = session.Key.Client.Workload,
            Server = session.Key.Server.Workload,
            Protocol = flow.Protocol,
            Port = flow.ServerPort,
            Application = flow.Application,
            ApplicationIsFinal = true,
            Decision = flow.Decision,
        });
    }
}

/// <summary>What a <see cref="FlowBook"/> holds at most; what is beyond is counted as lost.</summary>
internal sealed record FlowBounds
{
    public int Sessions { get; init; } = 1 << 20;

    /// <summary>Ended sessions and dropped frames between two writes.</summary>
    public int Records { get; init; } = 200_000;

    /// <summary>Different violations between two writes.</summary>
    public int Violations { get; init; } = 2_000;

    /// <summary>Attempts that are remembered, to tell one sent again from a new one. Beyond it all are forgotten, and some are told twice.</summary>
    public int Attempts { get; init; } = 16_384;
}
