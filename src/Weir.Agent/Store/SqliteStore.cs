using Microsoft.Data.Sqlite;
using Weir.Agent.Learning;
using Weir.Policy;

namespace Weir.Agent.Store;

/// <summary>The store in one SQLite file, written ahead (WAL): a killed process loses at most the batch it was writing.</summary>
public sealed class SqliteStore : IStore
{
    /// <summary>After so many rows the store prunes by itself: it stays bounded even when nobody calls <see cref="Prune"/>.</summary>
    private const int RowsBetweenPrunes = 20_000;

    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly Retention _retention;
    private readonly string _path;
    private int _rowsSincePrune;

    private SqliteStore(string path, SqliteConnection connection, TimeProvider time, Retention retention, IReadOnlyList<string> notices)
        => (_path, _connection, _time, _retention, Notices) = (path, connection, time, retention, notices);

    /// <summary>Opens the file, makes it when it is not there, brings an older one up to date. A broken file is moved aside: see <see cref="Notices"/>.</summary>
    /// <exception cref="StoreException">The file can't be opened, belongs to another program, or was written by a newer Weir.</exception>
    public static SqliteStore Open(string path, TimeProvider time, Retention? retention = null)
    {
        SQLitePCL.Batteries_V2.Init();
        var notices = new List<string>();
        return new SqliteStore(path, StoreFile.Open(path, time, notices), time, retention ?? new Retention(), notices);
    }

    /// <summary>What happened while opening that the operator should read: a broken file and where it is now.</summary>
    public IReadOnlyList<string> Notices { get; }

    public PolicyVersion? CurrentPolicy() => Do("read the policy", () => PolicyTables.Get(_connection, null));

    public PolicyVersion? GetPolicy(int number) => Do("read a policy", () => PolicyTables.Get(_connection, number));

    public IReadOnlyList<PolicyVersion> ListPolicies(int limit = 50) => Do("list policies", () => PolicyTables.List(_connection, limit));

    public PolicyVersion AddPolicy(PolicyConfig policy, string author, string comment = "") => Do("keep a policy", () =>
    {
        var now = _time.GetUtcNow();
        return new PolicyVersion(PolicyTables.Add(_connection, now, author, comment, policy), now, author, comment, policy);
    });

    public IReadOnlyDictionary<string, PolicyMode> GroupModes() => Do("read modes", () => PolicyTables.GroupModes(_connection));

    public void SetGroupMode(string group, PolicyMode? mode) => Do("set a mode", () =>
    {
        PolicyTables.SetGroupMode(_connection, group, mode);
        return 0;
    });

    public LearnedPolicy GetLearned() => Do("read what was learned", () => PolicyTables.GetLearned(_connection));

    public void SetLearned(LearnedPolicy learned) => Do("keep what was learned", () =>
    {
        PolicyTables.SetLearned(_connection, learned);
        return 0;
    });

    public void Write(StoreBatch batch)
    {
        if (batch.IsEmpty) return;
        Do("write a batch", () =>
        {
            using var transaction = _connection.BeginTransaction();
            FlowTables.Insert(_connection, transaction, batch.Flows);
            FlowTables.Insert(_connection, transaction, batch.Violations);
            WorkloadTable.Insert(_connection, transaction, batch.Workloads);
            _rowsSincePrune += batch.Flows.Count + batch.Violations.Count + batch.Workloads.Count;
            if (_rowsSincePrune >= RowsBetweenPrunes) PruneUnsynchronized(transaction);
            transaction.Commit();
            return 0;
        });
    }

    public IReadOnlyList<FlowRecord> ListFlows(FlowFilter filter) => Do("list flows", () => FlowTables.ListFlows(_connection, filter));

    public IReadOnlyList<ViolationRecord> ListViolations(FlowFilter filter) => Do("list violations", () => FlowTables.ListViolations(_connection, filter));

    public IReadOnlyList<WorkloadRecord> ListWorkloads() => Do("list workloads", () => WorkloadTable.List(_connection));

    public int Prune() => Do("prune", () =>
    {
        using var transaction = _connection.BeginTransaction();
        var deleted = PruneUnsynchronized(transaction);
        transaction.Commit();
        return deleted;
    });

    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }

    private int PruneUnsynchronized(SqliteTransaction transaction)
    {
        _rowsSincePrune = 0;
        var oldest = (_time.GetUtcNow() - _retention.Age).UtcTicks;
        using var command = _connection.CreateCommand();
        command.Transaction = transaction;
        // The current policy stays, however old it is.
        command.CommandText = """
            DELETE FROM flows WHERE last_seen < $oldest OR id IN (SELECT id FROM flows ORDER BY last_seen DESC, id DESC LIMIT -1 OFFSET $flows);
            DELETE FROM violations WHERE time < $oldest OR id IN (SELECT id FROM violations ORDER BY id DESC LIMIT -1 OFFSET $violations);
            DELETE FROM workloads WHERE last_seen < $oldest OR name IN (SELECT name FROM workloads ORDER BY last_seen DESC, name LIMIT -1 OFFSET $workloads);
            DELETE FROM policies WHERE number IN (SELECT number FROM policies ORDER BY number DESC LIMIT -1 OFFSET $policies);
            """;
        command.Set("$oldest", oldest).Set("$flows", _retention.Flows).Set("$violations", _retention.Violations)
            .Set("$workloads", _retention.Workloads).Set("$policies", Math.Max(1, _retention.PolicyVersions));
        return command.ExecuteNonQuery();
    }

    private T Do<T>(string what, Func<T> work)
    {
        lock (_gate)
        {
            try
            {
                return work();
            }
            catch (Exception exception) when (exception is SqliteException or FormatException or InvalidOperationException)
            {
                throw new StoreException($"can't {what} in {_path}: {exception.Message}", exception);
            }
        }
    }
}
