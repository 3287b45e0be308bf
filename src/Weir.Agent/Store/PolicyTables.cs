using Microsoft.Data.Sqlite;
using Weir.Agent.Configuration;
using Weir.Agent.Learning;
using Weir.Policy;

namespace Weir.Agent.Store;

/// <summary>Rows of policy versions, modes and what was learned. Policies are kept as the text that <c>weir policy get</c> shows.</summary>
internal static class PolicyTables
{
    public static PolicyVersion? Get(SqliteConnection connection, int? number)
        => Select(connection, "SELECT number, time, author, comment, policy FROM policies WHERE $number IS NULL OR number = $number ORDER BY number DESC LIMIT 1",
            command => command.Set("$number", number)).FirstOrDefault();

    public static List<PolicyVersion> List(SqliteConnection connection, int limit)
        => Select(connection, "SELECT number, time, author, comment, policy FROM policies ORDER BY number DESC LIMIT $limit", command => command.Set("$limit", Math.Max(0, limit)));

    public static int Add(SqliteConnection connection, DateTimeOffset time, string author, string comment, PolicyConfig policy)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO policies (number, time, author, comment, policy)
            SELECT coalesce(max(number), 0) + 1, $time, $author, $comment, $policy FROM policies RETURNING number
            """;
        command.Set("$time", time.UtcTicks).Set("$author", author).Set("$comment", comment).Set("$policy", PolicyYaml.Write(policy));
        return (int)(long)command.ExecuteScalar()!;
    }

    public static Dictionary<string, PolicyMode> GroupModes(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, mode FROM group_modes ORDER BY name";
        using var rows = command.ExecuteReader();
        var modes = new Dictionary<string, PolicyMode>();
        while (rows.Read()) modes.Add(rows.GetString(0), (PolicyMode)rows.GetByte(1));
        return modes;
    }

    public static void SetGroupMode(SqliteConnection connection, string group, PolicyMode? mode)
    {
        using var command = connection.CreateCommand();
        command.CommandText = mode is null
            ? "DELETE FROM group_modes WHERE name = $name"
            : "INSERT INTO group_modes (name, mode) VALUES ($name, $mode) ON CONFLICT DO UPDATE SET mode = excluded.mode";
        command.Set("$name", group).Set("$mode", mode is { } value ? (int)value : null);
        command.ExecuteNonQuery();
    }

    public static LearnedPolicy GetLearned(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT next_id, policy FROM learned";
        using var rows = command.ExecuteReader();
        if (!rows.Read()) return LearnedPolicy.Empty;
        var policy = PolicyYaml.Restore(rows.GetString(1));
        return new LearnedPolicy(policy.Groups, policy.Rules, rows.GetInt32(0));
    }

    public static void SetLearned(SqliteConnection connection, LearnedPolicy learned)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO learned (id, next_id, policy) VALUES (1, $next, $policy) ON CONFLICT DO UPDATE SET next_id = excluded.next_id, policy = excluded.policy";
        command.Set("$next", learned.NextId).Set("$policy", PolicyYaml.Write(new PolicyConfig { Groups = learned.Groups, Rules = learned.Rules }));
        command.ExecuteNonQuery();
    }

    private static List<PolicyVersion> Select(SqliteConnection connection, string sql, Action<SqliteCommand> set)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        set(command);
        using var rows = command.ExecuteReader();
        var list = new List<PolicyVersion>();
        while (rows.Read())
            list.Add(new PolicyVersion(rows.GetInt32(0), SqlValues.Time(rows.GetInt64(1)), rows.GetString(2), rows.GetString(3), PolicyYaml.Restore(rows.GetString(4))));
        return list;
    }
}
