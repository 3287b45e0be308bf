using System.Net;
using Weir.Enforcer;
using Weir.Kernel.Tests.Rings;
using Weir.Linux;
using Weir.Linux.Rings;
using Weir.Policy;
using Weir.Testing;

namespace Weir.Kernel.Tests.Enforcer;

/// <summary>The enforcer over a real ring, with real TCP on both sides. The server's own address is its marker, so no program has to rewrite frames.</summary>
public sealed class EnforcerInlineTests
{
    private const ushort PortId = 7;
    private const string Marker = "56:45:49:52:00:07";

    private const string EchoServer = """
        import socket
        s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('10.88.0.2', 7000)); s.listen()
        while True:
            c, _ = s.accept()
            try:
                while (b := c.recv(1 << 20)): c.sendall(b)
                print('closed', flush=True)
            except ConnectionResetError: print('reset', flush=True)
            c.close()
        """;

    private const string Echo = """
        import hashlib, random, socket, sys, threading
        data = random.Random(9).randbytes(32 << 20); s = socket.create_connection(('10.88.0.2', 7000), 5); s.settimeout(30)
        t = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR))); t.start()
        h = hashlib.sha256()
        while (b := s.recv(1 << 20)): h.update(b)
        t.join(); assert h.digest() == hashlib.sha256(data).digest()
        """;

    private const string Talk = """
        import socket, sys
        s = socket.create_connection(('10.88.0.2', 7000), 5); s.settimeout(20)
        try:
            while True:
                s.sendall(sys.argv[1].encode()); s.recv(100); print('answered', flush=True)
                sys.stdin.readline()
        except ConnectionResetError: print('reset', flush=True)
        """;

    [Fact]
    public void A_transfer_through_the_enforcer_arrives_bit_for_bit_and_is_counted()
    {
        using Setup setup = new(PolicyMode.Discover);
        setup.Path.Client.Run("python3", "-c", Echo);
        setup.Enforcer.RemovePort(PortId);
        FlowEvent[] events = setup.EventsUntil(FlowEventKind.Closed);
        Assert.Equal(FlowEventKind.Opened, events[0].Kind);
        Assert.Equal((SessionDirection.Ingress, (ushort)7000, PolicyAction.Learn), (events[^1].Direction, events[^1].ServerPort, events[^1].Decision.Action));
        Assert.InRange(events.Aggregate(0ul, (sum, e) => sum + e.ClientBytes), 32ul << 20, 40ul << 20);
        Assert.InRange(events.Aggregate(0ul, (sum, e) => sum + e.ServerBytes), 32ul << 20, 40ul << 20);
        Assert.Equal(0ul, setup.Enforcer.Counters.Dropped);
        Assert.Equal(0ul, setup.Enforcer.Counters.SendFailures);
    }

    [Fact]
    public void What_has_reached_the_ring_is_told_once_a_turn_was_waited_for()
    {
        using Setup setup = new(PolicyMode.Discover);
        setup.Path.Client.Run("python3", "-c", "import socket; socket.create_connection(('10.88.0.2', 7000), 5)");
        for (int port = 6001; port <= 6005; port++)
        {
            // Nobody answers, so nothing else says that the frame has been through.
            setup.Path.Client.Run("python3", "-c", $"import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('10.88.0.2', {port}))");
            setup.Enforcer.AwaitTurn();
            List<FlowEvent> told = [];
            while (setup.Enforcer.Events.TryRead(out FlowEvent one))
                told.Add(one);
            Assert.Contains(told, one => one.Kind == FlowEventKind.Opened && one.ServerPort == port);
        }
    }

    [Fact]
    public void A_denied_connection_gets_no_answer_and_is_reported_with_its_reason()
    {
        using Setup setup = new(PolicyMode.Protect);
        ToolResult client = setup.Path.Client.Try("python3", "-c", "import socket; socket.create_connection(('10.88.0.2', 7000), 1.5)");
        Assert.Contains("timed out", client.Error, StringComparison.Ordinal);
        FlowEvent told = setup.EventsUntil(FlowEventKind.Dropped)[^1];
        Assert.Equal((DropReason.PolicyDeny, (ushort)7000, PolicyMode.Protect), (told.DropReason, told.ServerPort, told.Decision.Mode));
    }

    [Fact]
    public void A_policy_that_turns_against_a_live_connection_resets_both_ends()
    {
        using Setup setup = new(PolicyMode.Protect, Allow());
        RunningTool talk = setup.Path.Client.Start("python3", "-c", Talk, "hello");
        Eventually.True(TimeSpan.FromSeconds(10), () => talk.Output.Contains("answered", StringComparison.Ordinal), "the first answer");
        setup.SetPolicy(PolicyMode.Protect);
        talk.Write("\n");
        Eventually.True(TimeSpan.FromSeconds(10), () => talk.Output.Contains("reset", StringComparison.Ordinal), "the client's reset");
        Eventually.True(TimeSpan.FromSeconds(10), () => setup.Server.Output.Contains("reset", StringComparison.Ordinal), "the server's reset");
        Assert.Equal(1ul, setup.Enforcer.Counters.Rejected);
    }

    [Fact]
    public void Another_application_than_the_allowed_one_is_reset()
    {
        using Setup setup = new(PolicyMode.Protect, Allow(Application.Http));
        RunningTool allowed = setup.Path.Client.Start("python3", "-c", Talk, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Eventually.True(TimeSpan.FromSeconds(10), () => allowed.Output.Contains("answered", StringComparison.Ordinal), "an answer to HTTP");
        RunningTool denied = setup.Path.Client.Start("python3", "-c", Talk, "SSH-2.0-x\r\n");
        Eventually.True(TimeSpan.FromSeconds(10), () => denied.Output.Contains("reset", StringComparison.Ordinal), "a reset for SSH");
        Assert.DoesNotContain("answered", denied.Output, StringComparison.Ordinal);
        Assert.Contains(setup.Enforcer.ListSessions(), session => session is { Application: Application.Http, State: "Established" });
        Assert.Equal(1, setup.Enforcer.Counters.SessionStates["Established"] - setup.Enforcer.ListSessions().Count(session => session.DropReason != DropReason.None));
    }

    [Fact]
    public void A_tap_sees_the_application_of_real_traffic()
    {
        RootTier.Require("ip", "tc", "python3");
        using var path = new RingPath(PacketRingOptions.Pipe);
        path.Server.Start("python3", "-c", EchoServer);
        path.Server.WaitForListener(7000);
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(path.Server.Name);
        using var enforcer = new Weir.Enforcer.Enforcer(new EnforcerOptions());
        enforcer.SetPolicy(Model(PolicyMode.Monitor, [], 1));
        enforcer.StartTap(new EnforcerPort(PortId, "api", "eth0", [2, 0, 0, 0, 0, 2]), PacketRing.Open(ns, "eth0", PacketRingOptions.Tap));
        path.Client.Start("python3", "-c", Talk, "*1\r\n$4\r\nPING\r\n");
        FlowEvent found = default;
        Eventually.True(TimeSpan.FromSeconds(10), () => enforcer.Events.TryRead(out found) && found.ApplicationIsFinal, "the application");
        Assert.Equal((Application.Redis, SessionDirection.Ingress, PolicyAction.Violate), (found.Application, found.Direction, found.Decision.Action));
    }

    private static PolicyRule[] Allow(params Application[] applications) =>
        [new() { Id = 1, From = "any", To = "api", Ports = ["tcp/7000"], Applications = applications, Action = RuleAction.Allow }];

    private static PolicyModel Model(PolicyMode mode, IReadOnlyList<PolicyRule> rules, uint generation) => PolicyModel.Compile(
        new PolicyConfig { Groups = [new PolicyGroup { Name = "api", Mode = mode }], Rules = rules },
        [new PolicyWorkload { Name = "api", Addresses = [IPAddress.Parse(RingPath.ServerAddress)] }],
        generation);

    private sealed class Setup : IDisposable
    {
        private readonly List<FlowEvent> _events = [];
        private long _beats;
        private uint _generation;

        public Setup(PolicyMode mode, params PolicyRule[] rules)
        {
            RootTier.Require("ip", "tc", "python3");
            Path = new RingPath(PacketRingOptions.Pipe, Marker);
            Enforcer = new Weir.Enforcer.Enforcer(new EnforcerOptions());
            Enforcer.AddPort(new EnforcerPort(PortId, "api", "eth0", [2, 0, 0, 0, 0, 2]));
            SetPolicy(mode, rules);
            Enforcer.StartInline(Path.Ring, () => Volatile.Write(ref _beats, _beats + 1), null);
            Server = Path.Server.Start("python3", "-c", EchoServer);
            Path.Server.WaitForListener(7000);
        }

        public RingPath Path { get; }

        public Weir.Enforcer.Enforcer Enforcer { get; }

        public RunningTool Server { get; }

        public void SetPolicy(PolicyMode mode, params PolicyRule[] rules) => Enforcer.SetPolicy(Model(mode, rules, ++_generation));

        public FlowEvent[] EventsUntil(FlowEventKind kind)
        {
            Eventually.True(TimeSpan.FromSeconds(10), () =>
            {
                while (Enforcer.Events.TryRead(out FlowEvent flowEvent))
                    _events.Add(flowEvent);
                return _events.Any(e => e.Kind == kind);
            }, $"an event {kind}");
            return [.. _events];
        }

        public void Dispose()
        {
            Enforcer.Dispose();
            Path.Dispose();
            Assert.True(_beats > 0);
        }
    }
}
