using System.Net;
using Weir.Agent.Learning;
using Weir.Agent.Store;
using Weir.Policy;
using Weir.Testing;

namespace Weir.Agent.Tests.Store;

public sealed class SqliteStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-store-").FullName;
    private readonly ManualTimeProvider _time = new();

    private string Path => System.IO.Path.Combine(_directory, "weir.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_new_store_is_empty_and_for_its_owner_alone()
    {
        using var store = Open();
        Assert.Null(store.CurrentPolicy());
        Assert.Empty(store.ListPolicies());
        Assert.Empty(store.GroupModes());
        Assert.Equal(LearnedPolicy.Empty, store.GetLearned());
        Assert.Empty(store.ListFlows(new FlowFilter()));
        Assert.Empty(store.ListViolations(new FlowFilter()));
        Assert.Empty(store.ListWorkloads());
        Assert.Empty(store.Notices);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void Everything_is_there_after_a_restart()
    {
        var policy = new PolicyConfig { Groups = [new PolicyGroup { Name = "web" }], Rules = [new PolicyRule { Id = 1, From = "web", To = "gone" }] };
        var learned = new LearnedPolicy([new PolicyGroup { Name = "web" }], [new PolicyRule { Id = 10_000, From = "web", To = "api", Origin = RuleOrigin.Learned }], 10_007);
        var flow = Flow("web", "api");
        var violation = Violation("web", "db");
        var workload = new WorkloadRecord
        {
            Name = "web",
            NamespacePath = "/run/netns/web",
            Addresses = [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::1")],
            Labels = new Dictionary<string, string> { ["app"] = "a \"b\"" },
            FirstSeen = _time.GetUtcNow(),
            LastSeen = _time.GetUtcNow(),
        };
        using (var store = Open())
        {
            store.AddPolicy(policy, "root", "first");
            store.SetLearned(learned);
            store.SetGroupMode("web", PolicyMode.Protect);
            store.Write(new StoreBatch { Flows = [flow], Violations = [violation], Workloads = [workload] });
        }

        using var again = Open();
        Assert.Equal(new PolicyVersion(1, _time.GetUtcNow(), "root", "first", policy), again.CurrentPolicy());
        Assert.Equal(learned, again.GetLearned());
        Assert.Equal([KeyValuePair.Create("web", PolicyMode.Protect)], again.GroupModes());
        Assert.Equal([flow], again.ListFlows(new FlowFilter()));
        Assert.Equal([violation with { Id = 1, First = violation.Time }], again.ListViolations(new FlowFilter()));
        var stored = Assert.Single(again.ListWorkloads());
        Assert.Equal(workload with { Addresses = stored.Addresses, Labels = stored.Labels }, stored);
        Assert.Equal(workload.Addresses, stored.Addresses);
        Assert.Equal("a \"b\"", stored.Labels["app"]);
    }

    [Fact]
    public void Policies_are_numbered_and_old_ones_can_be_had()
    {
        using var store = Open();
        Assert.Equal(1, store.AddPolicy(new PolicyConfig(), "root").Number);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, store.AddPolicy(new PolicyConfig { DefaultMode = PolicyMode.Protect }, "web", "stricter").Number);

        Assert.Equal(PolicyMode.Protect, store.CurrentPolicy()!.Policy.DefaultMode);
        Assert.Equal(PolicyMode.Discover, store.GetPolicy(1)!.Policy.DefaultMode);
        Assert.Null(store.GetPolicy(3));
        Assert.Equal([2, 1], store.ListPolicies().Select(p => p.Number));
        Assert.Equal(TimeSpan.FromMinutes(1), store.ListPolicies()[0].Time - store.ListPolicies()[1].Time);
    }

    [Fact]
    public void A_mode_can_be_set_changed_and_taken_back()
    {
        using var store = Open();
        store.SetGroupMode("web", PolicyMode.Monitor);
        store.SetGroupMode("web", PolicyMode.Protect);
        store.SetGroupMode("api", PolicyMode.Discover);
        store.SetGroupMode("api", null);
        Assert.Equal([KeyValuePair.Create("web", PolicyMode.Protect)], store.GroupModes());
    }

    [Fact]
    public void Flows_that_are_alike_are_added_up()
    {
        using var store = Open();
        store.Write(new StoreBatch { Flows = [Flow("web", "api")] });
        _time.Advance(TimeSpan.FromSeconds(10));
        store.Write(new StoreBatch { Flows = [Flow("web", "api"), Flow("web", "api") with { Application = Application.Http }] });

        var flows = store.ListFlows(new FlowFilter());
        Assert.Equal(2, flows.Count);
        var sum = flows.Single(f => f.Application == Application.Unknown);
        Assert.Equal((2, 20, 2000, 18, 8000), (sum.Sessions, sum.ClientPackets, sum.ClientBytes, sum.ServerPackets, sum.ServerBytes));
        Assert.Equal(TimeSpan.FromSeconds(10), sum.LastSeen - sum.FirstSeen);
    }

    [Fact]
    public void Flows_are_found_by_end_verdict_time_and_number()
    {
        using var store = Open();
        var outside = Flow(null, "web") with { FromAddress = IPAddress.Parse("2001:db8::1") };
        store.Write(new StoreBatch { Flows = [Flow("web", "api"), Flow("api", "db") with { Action = PolicyAction.Deny, Reason = "PolicyDeny" }] });
        _time.Advance(TimeSpan.FromHours(1));
        outside = outside with { FirstSeen = _time.GetUtcNow(), LastSeen = _time.GetUtcNow() };
        store.Write(new StoreBatch { Flows = [outside] });

        Assert.Equal(["web"], Found(new FlowFilter { From = "web" }));
        Assert.Equal(["web"], Found(new FlowFilter { To = "api" }));
        Assert.Equal(3, Found(new FlowFilter { To = "10.0.0.2" }).Count());
        Assert.Equal(["(external)"], Found(new FlowFilter { From = "external" }));
        Assert.Equal(["(external)"], Found(new FlowFilter { From = "2001:DB8:0::1" }));
        Assert.Equal(["api"], Found(new FlowFilter { Verdict = PolicyAction.Deny }));
        Assert.Equal(["(external)"], Found(new FlowFilter { Since = _time.GetUtcNow() }));
        Assert.Equal(["(external)"], Found(new FlowFilter { Limit = 1 }));
        Assert.Empty(Found(new FlowFilter { From = "nobody'; DROP TABLE flows; --" }));

        IEnumerable<string> Found(FlowFilter filter) => store.ListFlows(filter).Select(f => f.From ?? "(external)");
    }

    [Fact]
    public void Violations_are_listed_newest_first_with_the_same_filters()
    {
        using var store = Open();
        store.Write(new StoreBatch { Violations = [Violation("web", "db"), Violation("api", "db") with { Action = PolicyAction.Violate }] });
        Assert.Equal([2, 1], store.ListViolations(new FlowFilter()).Select(v => v.Id));
        Assert.Equal([1], store.ListViolations(new FlowFilter { From = "web", To = "db", Verdict = PolicyAction.Deny }).Select(v => v.Id));
    }

    [Fact]
    public void Repeats_of_a_violation_are_one_with_their_count_and_the_first_and_last_time()
    {
        using var store = Open();
        var start = _time.GetUtcNow();
        store.Write(new StoreBatch { Violations = [Violation("web", "db") with { Count = 3 }, Violation("web", "db") with { ServerPort = 22 }] });
        store.Write(new StoreBatch { Violations = [Violation("web", "db") with { Time = start.AddSeconds(9), ClientPort = 50_000, ServerName = "db.example" }] });

        Assert.Equal(
            [
                Violation("web", "db") with { Id = 3, Time = start.AddSeconds(9), First = start, Count = 4, ClientPort = 50_000, ServerName = "db.example" },
                Violation("web", "db") with { Id = 2, First = start, ServerPort = 22 },
            ],
            store.ListViolations(new FlowFilter()));
        Assert.Equal([(3L, 1L)], store.ListViolations(new FlowFilter { Since = start.AddSeconds(1) }).Select(v => (v.Id, v.Count)));
        Assert.Equal([3L], store.ListViolations(new FlowFilter { Limit = 1 }).Select(v => v.Id));
    }

    [Fact]
    public void An_older_stores_violations_count_once_each()
    {
        Open().Dispose();
        Execute("ALTER TABLE violations DROP COLUMN count; PRAGMA user_version = 1;");
        Execute("INSERT INTO violations VALUES (1, 638000000000000000, 'web', '10.0.0.1', 'db', '10.0.0.3', 40000, 6, 6379, 0, '', 1, 3, 0, 2, 'PolicyDeny')");
        using var store = Open();
        Assert.Equal([1L], store.ListViolations(new FlowFilter()).Select(v => v.Count));
    }

    [Fact]
    public void What_is_too_old_or_too_much_is_pruned_but_never_the_current_policy()
    {
        using var store = SqliteStore.Open(Path, _time, new Retention { Flows = 10, Violations = 5, PolicyVersions = 2, Age = TimeSpan.FromDays(1) });
        for (var i = 0; i < 4; i++) store.AddPolicy(new PolicyConfig(), $"user {i}");
        store.Write(new StoreBatch
        {
            Flows = [.. Enumerable.Range(1, 30).Select(i => Flow("web", "api") with { ServerPort = (ushort)i, LastSeen = _time.GetUtcNow().AddSeconds(i) })],
            Violations = [.. Enumerable.Range(1, 8).Select(i => Violation("web", "db") with { ServerPort = (ushort)i })],
        });

        Assert.Equal(20 + 3 + 2, store.Prune());
        Assert.Equal(Enumerable.Range(21, 10).Reverse(), store.ListFlows(new FlowFilter()).Select(f => (int)f.ServerPort));
        Assert.Equal([8, 7, 6, 5, 4], store.ListViolations(new FlowFilter()).Select(v => v.Id));
        Assert.Equal([4, 3], store.ListPolicies().Select(p => p.Number));

        _time.Advance(TimeSpan.FromDays(2));
        store.Prune();
        Assert.Empty(store.ListFlows(new FlowFilter()));
        Assert.Empty(store.ListViolations(new FlowFilter()));
        Assert.Equal(4, store.CurrentPolicy()!.Number);
    }

    [Fact]
    public void A_store_that_nobody_prunes_is_bounded_all_the_same()
    {
        using var store = SqliteStore.Open(Path, _time, new Retention { Flows = 1000 });
        for (var batch = 0; batch < 50; batch++)
        {
            store.Write(new StoreBatch { Flows = [.. Enumerable.Range(0, 1000).Select(i => Flow($"w{batch}", "api") with { ServerPort = (ushort)i })] });
        }

        Assert.True(store.ListFlows(new FlowFilter { Limit = int.MaxValue }).Count <= 21_000);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("cut")]
    [InlineData("holes")]
    public void A_broken_file_is_moved_aside_and_a_new_one_made(string damage)
    {
        using (var store = Open())
        {
            store.Write(new StoreBatch { Flows = [.. Enumerable.Range(0, 3000).Select(i => Flow("web", "api") with { ServerPort = (ushort)i })] });
        }

        var bytes = File.ReadAllBytes(Path);
        switch (damage)
        {
            case "text": File.WriteAllText(Path, "this is not a database, but it is longer than the header of one, which is a hundred bytes long, as everybody knows"); break;
            case "cut": File.WriteAllBytes(Path, bytes[..(bytes.Length / 2)]); break;
            default:
                bytes.AsSpan(bytes.Length / 4, bytes.Length / 2).Fill(0xA5);
                File.WriteAllBytes(Path, bytes);
                break;
        }

        using var again = Open();
        Assert.Empty(again.ListFlows(new FlowFilter()));
        again.AddPolicy(new PolicyConfig(), "root");
        var notice = Assert.Single(again.Notices);
        var aside = Assert.Single(Directory.GetFiles(_directory, "weir.db.broken-*"));
        Assert.Contains(aside, notice, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_committed_is_there_after_a_kill()
    {
        // What a killed process leaves is the file and its log as they are at that moment.
        var copy = System.IO.Path.Combine(_directory, "after-kill.db");
        using var store = Open();
        store.AddPolicy(new PolicyConfig { DefaultMode = PolicyMode.Protect }, "root");
        store.Write(new StoreBatch { Flows = [Flow("web", "api")] });
        File.Copy(Path, copy);
        if (File.Exists(Path + "-wal")) File.Copy(Path + "-wal", copy + "-wal");

        using var survivor = SqliteStore.Open(copy, _time);
        Assert.Empty(survivor.Notices);
        Assert.Equal(PolicyMode.Protect, survivor.CurrentPolicy()!.Policy.DefaultMode);
        Assert.Single(survivor.ListFlows(new FlowFilter()));
    }

    [Fact]
    public void A_log_that_was_cut_in_the_middle_loses_the_end_only()
    {
        var copy = System.IO.Path.Combine(_directory, "after-kill.db");
        using var store = Open();
        for (var i = 1; i <= 40; i++) store.AddPolicy(new PolicyConfig(), $"user {i}");
        File.Copy(Path, copy);
        var log = File.ReadAllBytes(Path + "-wal");
        File.WriteAllBytes(copy + "-wal", log[..(log.Length * 3 / 4)]);

        using var survivor = SqliteStore.Open(copy, _time);
        Assert.Empty(survivor.Notices);
        Assert.InRange(survivor.CurrentPolicy()!.Number, 20, 39);
        Assert.Equal(survivor.CurrentPolicy()!.Number, survivor.ListPolicies(100).Count);
    }

    [Fact]
    public void Another_programs_database_and_a_newer_weirs_are_left_alone()
    {
        SQLitePCL.Batteries_V2.Init();
        Execute("CREATE TABLE theirs (x)");
        Assert.Contains("another program", Assert.Throws<StoreException>(Open).Message, StringComparison.Ordinal);
        File.Delete(Path);
        Open().Dispose();
        Execute("PRAGMA user_version = 999");
        Assert.Contains("newer Weir", Assert.Throws<StoreException>(Open).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory, "*.broken-*"));
    }

    [Fact]
    public void A_place_that_can_not_be_written_is_said()
        => Assert.Contains("/proc/weir.db", Assert.Throws<StoreException>(() => SqliteStore.Open("/proc/weir.db", _time)).Message, StringComparison.Ordinal);

    [Fact]
    public void Many_threads_may_use_it()
    {
        using var store = Open();
        Parallel.For(0, 8, i =>
        {
            for (var n = 0; n < 20; n++)
            {
                store.Write(new StoreBatch { Flows = [Flow("web", "api")], Violations = [Violation($"w{i}", "db")] });
                store.ListFlows(new FlowFilter { From = "web" });
                store.AddPolicy(new PolicyConfig(), $"user {i}");
            }
        });
        Assert.Equal(160, store.ListFlows(new FlowFilter())[0].Sessions);
        Assert.Equal(160, store.CurrentPolicy()!.Number);
        Assert.Equal(160, store.ListViolations(new FlowFilter()).Sum(v => v.Count));
    }

    private SqliteStore Open() => SqliteStore.Open(Path, _time);

    private void Execute(string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private FlowRecord Flow(string? from, string? to) => new()
    {
        From = from,
        FromAddress = IPAddress.Parse("10.0.0.1"),
        To = to,
        ToAddress = IPAddress.Parse("10.0.0.2"),
        Protocol = 6,
        ServerPort = 80,
        ServerName = "api.example",
        End = SessionDirection.Egress,
        Action = PolicyAction.Learn,
        RuleId = 0,
        Mode = PolicyMode.Discover,
        Sessions = 1,
        ClientPackets = 10,
        ClientBytes = 1000,
        ServerPackets = 9,
        ServerBytes = 4000,
        FirstSeen = _time.GetUtcNow(),
        LastSeen = _time.GetUtcNow(),
    };

    private ViolationRecord Violation(string? from, string? to) => new()
    {
        Time = _time.GetUtcNow(),
        From = from,
        FromAddress = IPAddress.Parse("10.0.0.1"),
        To = to,
        ToAddress = IPAddress.Parse("10.0.0.3"),
        ClientPort = 40_000,
        Protocol = 6,
        ServerPort = 6379,
        Application = Application.Redis,
        End = SessionDirection.Ingress,
        Action = PolicyAction.Deny,
        Mode = PolicyMode.Protect,
        Reason = "PolicyDeny",
    };
}
