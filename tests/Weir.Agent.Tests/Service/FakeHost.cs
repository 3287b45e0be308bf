using System.Net;
using Weir.Agent.DataPath;
using Weir.Agent.Workloads;
using Weir.Capture;
using Weir.Enforcer;
using Weir.Policy;

namespace Weir.Agent.Tests.Service;

/// <summary>A host without a kernel: workloads that are named, captures that are noted, a data path that says what the test says.</summary>
internal sealed class FakeHost : ICaptures, INamespaceReader, IDataPath
{
    private readonly Dictionary<string, string> _addresses = [];
    private readonly Dictionary<string, CapturedWorkload> _captured = [];
    private FlowSink? _sink;
    private ulong _sessions;

    public List<string> Attached { get; } = [];

    public Dictionary<string, bool> Strict { get; } = [];

    public PolicyModel? Model { get; private set; }

    public string? FailAttachOf { get; set; }

    public bool IsDisposed { get; private set; }

    public AgentParts Parts(MemoryStore store) => new()
    {
        Captures = this,
        Namespaces = this,
        OpenDataPath = sink =>
        {
            _sink = sink;
            IsDisposed = false;
            Attached.Clear();
            return this;
        },
        OpenStore = () => store,
        Monotonic = () => TimeSpan.FromSeconds(100),
    };

    public FakeHost With(string name, string address)
    {
        _addresses[name] = address;
        return this;
    }

    public void Vanish(string name) => _addresses.Remove(name);

    /// <summary>A session from its first frame to its end, judged by the policy in force as the enforcer would.</summary>
    public PolicyDecision Session(string at, string client, string server, ushort port, Application application, bool ends = true)
    {
        var model = Model!;
        var isServer = _addresses[at] == server;
        var query = new PolicyQuery
        {
            Workload = model.FindWorkload(at),
            Direction = isServer ? SessionDirection.Ingress : SessionDirection.Egress,
            Peer = PeerAddress.From(IPAddress.Parse(isServer ? client : server)),
            Protocol = 6,
            Port = port,
            Application = application,
            ApplicationIsFinal = true,
        };
        var decision = model.Evaluate(query);
        var flow = new FlowEvent
        {
            Kind = FlowEventKind.Opened,
            Session = ++_sessions,
            PortId = _captured[at].Ports[0].Id,
            Direction = query.Direction,
            Client = PeerAddress.From(IPAddress.Parse(client)),
            Server = PeerAddress.From(IPAddress.Parse(server)),
            ClientPort = (ushort)(40_000 + _sessions),
            ServerPort = port,
            Protocol = 6,
            Decision = decision,
            DropReason = decision.Action == PolicyAction.Deny ? DropReason.PolicyDeny : DropReason.None,
            Time = TimeSpan.FromSeconds(99),
            ClientPackets = 1,
            ClientBytes = 60,
        };
        _sink!(1, flow);
        var identified = flow with { Kind = FlowEventKind.Updated, Application = application, ApplicationIsFinal = true, ClientBytes = 500, ServerBytes = 5000, ServerPackets = 4 };
        _sink(1, identified);
        if (ends)
            _sink(1, identified with { Kind = FlowEventKind.Closed, ClientBytes = 40, ServerBytes = 0, ClientPackets = 1, ServerPackets = 0 });
        return decision;
    }

    public RecoveryReport Recover() => new([], [], []);

    public IReadOnlyList<CapturedWorkload> List() => [.. _captured.Values];

    public CapturePlan Plan(CaptureTarget target, CaptureMode mode) => _captured.ContainsKey(target.Workload)
        ? throw new CaptureException($"{target.Workload} can't be captured.", ["it is captured already"])
        : new FakePlan
        {
            Target = target,
            Mode = mode,
            Ports = [new CapturedPort { Id = (ushort)(_captured.Count + 1), Name = "eth0", Index = 2, Address = [2, 0, 0, 0, 0, 1] }],
        };

    public CapturedWorkload Apply(CapturePlan plan, Action<StepText>? progress)
    {
        foreach (var step in plan.Render())
            progress?.Invoke(step);
        return _captured[plan.Target.Workload] = new CapturedWorkload(plan.Target, plan.Mode, plan.Ports, DateTimeOffset.UnixEpoch);
    }

    public void Release(string workload, Action<StepText>? progress) => _captured.Remove(workload);

    public IReadOnlyList<Drift> Verify() => [];

    public IReadOnlyList<string> ListNamed() => [.. _addresses.Keys];

    public NamespaceReading? Read(string path) => _addresses.TryGetValue(Path.GetFileName(path), out var address)
        ? new NamespaceReading((ulong)path.GetHashCode(StringComparison.Ordinal), [new WorkloadLink(2, "eth0", "veth", [2, 0, 0, 0, 0, 1], true, [IPAddress.Parse(address)])])
        : null;

    public void SetPolicy(PolicyModel model) => Model = model;

    public void Attach(CapturedWorkload workload)
    {
        if (workload.Target.Workload == FailAttachOf)
            throw new IOException("no memory for the ring");
        Attached.Add(workload.Target.Workload);
    }

    public void Detach(CapturedWorkload workload) => Attached.Remove(workload.Target.Workload);

    public void SetStrict(CapturedWorkload workload, bool strict) => Strict[workload.Target.Workload] = strict;

    public IReadOnlyDictionary<string, ulong> Counters() => new Dictionary<string, ulong> { ["frames"] = 7 };

    public IReadOnlyDictionary<string, ulong> PortCounters(ushort portId) => new Dictionary<string, ulong>();

    public Task DrainAsync() => Task.CompletedTask;

    public void Dispose() => IsDisposed = true;

    private sealed record FakePlan : CapturePlan
    {
        public override IReadOnlyList<StepText> Render() => [new("weir", ["ip link add vex1-eth0"], ["ip link delete vex1-eth0"], "The port gets a pair.")];
    }
}
