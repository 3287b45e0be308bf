using System.Net;
using Weir.Agent.Api;
using Weir.Agent.DataPath;
using Weir.Agent.Flows;
using Weir.Agent.Learning;
using Weir.Agent.Store;
using Weir.Capture;
using Weir.Enforcer;
using Weir.Policy;
using Weir.Testing;

namespace Weir.Agent.Tests.Flows;

public sealed class FlowBookTests
{
    private const ushort DbPort = 1;

    private static readonly PolicyWorkload Web = new() { Name = "web", Addresses = [IPAddress.Parse("10.0.0.1")] };
    private static readonly PolicyWorkload Db = new() { Name = "db", Addresses = [IPAddress.Parse("10.0.0.2")] };
    private static readonly PolicyDecision Denied = new(PolicyAction.Deny, 0, PolicyMode.Protect);

    private readonly ManualTimeProvider _clock = new();
    private readonly LiveFlows _live = new();
    private readonly List<Observation> _learned = [];

    [Fact]
    public void Sessions_are_bounded_and_those_beyond_are_counted_as_lost()
    {
        var book = Book(new FlowBounds { Sessions = 3 });
        for (ulong session = 1; session <= 5; session++)
            book.Observe(1, Event(FlowEventKind.Opened, session));
        Assert.Equal((3, 2UL), (book.OpenSessions, book.Lost));

        book.Observe(1, Event(FlowEventKind.Closed, 1));
        book.Observe(1, Event(FlowEventKind.Opened, 6));
        Assert.Equal((3, 2UL), (book.OpenSessions, book.Lost));
    }

    [Fact]
    public void Records_between_two_writes_are_bounded_and_those_beyond_are_counted_as_lost()
    {
        var book = Book(new FlowBounds { Records = 4 });
        for (ulong session = 1; session <= 10; session++)
            book.Observe(1, Event(FlowEventKind.Closed, session));
        Assert.Equal(6UL, book.Lost);
        Assert.Equal(4, book.Take().Flows.Sum(flow => flow.Sessions));

        book.Observe(1, Event(FlowEventKind.Closed, 11));
        Assert.Equal(6UL, book.Lost);
        Assert.Single(book.Take().Flows);
    }

    [Fact]
    public void Different_violations_between_two_writes_are_bounded_but_repeats_are_not()
    {
        var book = Book(new FlowBounds { Violations = 2 });
        foreach (ushort port in (ushort[])[21, 22, 23, 24, 22, 22])
            book.Observe(1, Drop(port));
        Assert.Equal(2UL, book.Lost);
        Assert.Equal([(21, 1L), (22, 3L)], book.Take().Violations.Select(violation => ((int)violation.ServerPort, violation.Count)));
    }

    [Fact]
    public void An_attempt_that_is_sent_again_is_no_repeat_and_a_new_one_is()
    {
        var book = Book();
        book.Observe(1, Drop(22) with { ClientPort = 50_000 });
        _clock.Advance(TimeSpan.FromSeconds(1));
        book.Observe(1, Drop(22) with { ClientPort = 50_000 });
        _clock.Advance(TimeSpan.FromSeconds(1));
        book.Observe(1, Drop(22) with { ClientPort = 50_001 });

        var violation = Assert.Single(book.Take().Violations);
        Assert.Equal((2L, 50_001, _clock.GetUtcNow()), (violation.Count, violation.ClientPort, violation.Time));
    }

    [Fact]
    public void What_is_forgotten_of_attempts_is_told_twice_and_never_lost()
    {
        var book = Book(new FlowBounds { Attempts = 2 });
        for (var round = 0; round < 2; round++)
        {
            for (ushort client = 1; client <= 3; client++)
                book.Observe(1, Drop(22) with { ClientPort = client });
        }

        Assert.InRange(Assert.Single(book.Take().Violations).Count, 3, 6);
        Assert.Equal(0UL, book.Lost);
    }

    [Fact]
    public void A_session_keeps_its_names_when_a_workload_disappears()
    {
        var book = Book();
        var seen = _live.Read(new FlowQuery(), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        book.Observe(1, Event(FlowEventKind.Opened, 1));
        book.Names = new FlowNames(PolicyModel.Compile(new PolicyConfig(), [], 2), []);
        book.Observe(1, Event(FlowEventKind.Closed, 1));

        var record = Assert.Single(book.Take().Flows);
        Assert.Equal(("web", "db"), (record.From, record.To));
        Assert.Equal(["db", "db"], Next(seen, 2).Select(flow => flow.Workload));
    }

    [Fact]
    public void A_session_that_begins_without_names_has_its_addresses()
    {
        var book = Book();
        book.Names = new FlowNames(PolicyModel.Compile(new PolicyConfig(), [], 2), []);
        book.Observe(1, Event(FlowEventKind.Closed, 1));
        var record = Assert.Single(book.Take().Flows);
        Assert.Equal((null, IPAddress.Parse("10.0.0.1"), null, IPAddress.Parse("10.0.0.2")), (record.From, record.FromAddress, record.To, record.ToAddress));
    }

    [Fact]
    public void Before_names_are_known_nothing_is_written()
    {
        var book = new FlowBook(new WallClock(_clock, Monotonic), _live, _learned.Add);
        book.Observe(1, Event(FlowEventKind.Closed, 1));
        Assert.True(book.Take().IsEmpty);
    }

    [Fact]
    public void What_a_settled_session_adds_is_written_once_and_adds_up()
    {
        var book = Book();
        List<FlowRecord> written = [];
        book.Observe(1, Identified(FlowEventKind.Opened, 1) with { ClientPackets = 3, ClientBytes = 300, ServerPackets = 2, ServerBytes = 2000 });
        written.AddRange(book.Take().Flows);
        for (ulong second = 1; second <= 5; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            book.Observe(1, Identified(FlowEventKind.Updated, 1) with { Settled = true, ClientPackets = second, ClientBytes = 100 * second, ServerPackets = 10, ServerBytes = 1 << 20 });
            written.AddRange(book.Take().Flows);
        }

        book.Observe(1, Identified(FlowEventKind.Closed, 1) with { ClientPackets = 1, ClientBytes = 40 });
        written.AddRange(book.Take().Flows);
        Assert.True(book.Take().IsEmpty);

        Assert.Equal(1, written.Sum(record => record.Sessions));
        Assert.Equal((3 + 15 + 1, 300 + 1500 + 40), (written.Sum(record => record.ClientPackets), written.Sum(record => record.ClientBytes)));
        Assert.Equal((2 + 50, 2000 + (5L << 20)), (written.Sum(record => record.ServerPackets), written.Sum(record => record.ServerBytes)));
        Assert.Equal(TimeSpan.FromSeconds(5), written.Max(record => record.LastSeen) - written.Min(record => record.FirstSeen));
    }

    [Fact]
    public void Live_readers_see_the_whole_of_a_settled_session_each_time()
    {
        var book = Book();
        var seen = _live.Read(new FlowQuery(), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++)
        {
            book.Observe(1, Identified(FlowEventKind.Updated, 1) with { Settled = true, ServerBytes = 1000 });
            book.Take();
        }

        Assert.Equal([1000UL, 2000UL, 3000UL], Next(seen, 3).Select(flow => flow.BytesReceived));
    }

    [Fact]
    public void A_session_that_is_identified_in_time_is_written_once_under_its_application()
    {
        var book = Book();
        book.Observe(1, Event(FlowEventKind.Opened, 1) with { ClientBytes = 60 });
        Assert.True(book.Take().IsEmpty);
        book.Observe(1, Identified(FlowEventKind.Updated, 1) with { ClientBytes = 500 });
        List<FlowRecord> written = [.. book.Take().Flows];
        book.Observe(1, Identified(FlowEventKind.Closed, 1) with { ClientBytes = 40 });
        written.AddRange(book.Take().Flows);

        Assert.All(written, record => Assert.Equal(Application.Redis, record.Application));
        Assert.Equal((1L, 600L), (written.Sum(record => record.Sessions), written.Sum(record => record.ClientBytes)));
    }

    [Fact]
    public void One_that_is_identified_late_counts_once_under_each_application_and_each_byte_once()
    {
        var book = Book();
        book.Observe(1, Event(FlowEventKind.Opened, 1) with { ClientBytes = 60 });
        _clock.Advance(FlowBook.Patience + TimeSpan.FromSeconds(1));
        List<FlowRecord> written = [.. book.Take().Flows];
        book.Observe(1, Identified(FlowEventKind.Updated, 1) with { ClientBytes = 500 });
        written.AddRange(book.Take().Flows);
        book.Observe(1, Identified(FlowEventKind.Closed, 1) with { ClientBytes = 40 });
        written.AddRange(book.Take().Flows);

        Assert.Equal(
            [(Application.Unknown, 1L, 60L), (Application.Redis, 1L, 540L)],
            written.GroupBy(record => record.Application).Select(group => (group.Key, group.Sum(record => record.Sessions), group.Sum(record => record.ClientBytes))));
    }

    [Fact]
    public void A_new_verdict_does_not_make_it_another_session()
    {
        var book = Book();
        book.Observe(1, Identified(FlowEventKind.Opened, 1));
        List<FlowRecord> written = [.. book.Take().Flows];
        for (int rule = 10_000; rule < 10_003; rule++)
        {
            book.Observe(1, Identified(FlowEventKind.Updated, 1) with { Decision = new PolicyDecision(PolicyAction.Accept, rule, PolicyMode.Protect), ClientBytes = 7 });
            written.AddRange(book.Take().Flows);
        }

        Assert.Equal(4, written.Count);
        Assert.Equal((1L, 21L), (written.Sum(record => record.Sessions), written.Sum(record => record.ClientBytes)));
    }

    [Fact]
    public void Sessions_that_are_alike_are_one_record_and_their_sum_is_right()
    {
        var book = Book();
        for (ulong session = 1; session <= 7; session++)
            book.Observe(1, Identified(FlowEventKind.Closed, session) with { ClientPort = (ushort)(1000 + session), ClientBytes = 10, ServerBytes = session });
        // The same number of another loop is another session.
        book.Observe(2, Identified(FlowEventKind.Opened, 1) with { ClientBytes = 1 });
        book.Observe(2, Identified(FlowEventKind.Closed, 1) with { ClientBytes = 1 });
        var record = Assert.Single(book.Take().Flows);
        Assert.Equal((8L, 72L, 28L), (record.Sessions, record.ClientBytes, record.ServerBytes));
    }

    [Fact]
    public void A_session_is_learned_from_once_and_not_before_its_application_is_final()
    {
        var book = Book();
        book.Observe(1, Event(FlowEventKind.Opened, 1));
        Assert.Empty(_learned);
        book.Observe(1, Identified(FlowEventKind.Updated, 1));
        book.Observe(1, Identified(FlowEventKind.Closed, 1));
        Assert.Equal(("web", "db", Application.Redis), (Assert.Single(_learned).Client?.Name, _learned[0].Server?.Name, _learned[0].Application));
    }

    private FlowBook Book(FlowBounds? bounds = null)
    {
        var captured = new CapturedWorkload(
            new CaptureTarget("db", "/run/netns/db"),
            CaptureMode.Inline,
            [new CapturedPort { Id = DbPort, Name = "eth0", Index = 2, Address = [2, 0, 0, 0, 0, 1] }],
            DateTimeOffset.UnixEpoch);
        return new FlowBook(new WallClock(_clock, Monotonic), _live, _learned.Add, bounds)
        {
            Names = new FlowNames(PolicyModel.Compile(new PolicyConfig(), [Web, Db], 1), [captured]),
        };
    }

    private TimeSpan Monotonic() => TimeSpan.FromHours(1) + _clock.Elapsed;

    private FlowEvent Event(FlowEventKind kind, ulong session) => new()
    {
        Kind = kind,
        Session = session,
        PortId = DbPort,
        Direction = SessionDirection.Ingress,
        Client = PeerAddress.From(Web.Addresses[0]),
        Server = PeerAddress.From(Db.Addresses[0]),
        ClientPort = 40_000,
        ServerPort = 6379,
        Protocol = 6,
        Decision = new PolicyDecision(PolicyAction.Learn, 0, PolicyMode.Discover),
        Time = Monotonic(),
    };

    private FlowEvent Identified(FlowEventKind kind, ulong session) => Event(kind, session) with { Application = Application.Redis, ApplicationIsFinal = true };

    /// <summary>A denied first packet, each from a client's port of its own.</summary>
    private FlowEvent Drop(ushort port) => Event(FlowEventKind.Dropped, 0) with
    {
        ServerPort = port,
        ClientPort = (ushort)(30_000 + ++_drops),
        Decision = Denied,
        DropReason = DropReason.PolicyDeny,
        ClientPackets = 1,
        ClientBytes = 60,
    };

    private int _drops;

    /// <summary>What has been published already.</summary>
    private static List<Flow> Next(IAsyncEnumerator<Flow> flows, int count)
    {
        List<Flow> next = [];
        while (next.Count < count)
        {
            var more = flows.MoveNextAsync();
            Assert.True(more.IsCompletedSuccessfully && more.Result, "nothing more was published");
            next.Add(flows.Current);
        }

        return next;
    }
}
