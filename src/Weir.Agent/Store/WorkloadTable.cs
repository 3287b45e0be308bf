using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;

namespace Weir.Agent.Store;

/// <summary>Rows of workloads.</summary>
internal static class WorkloadTable
{
    public static void Insert(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<WorkloadRecord> workloads)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT INTO workloads (name, path, addresses, labels, first_seen, last_seen) VALUES ($name, $path, $addresses, $labels, $first, $last)
            ON CONFLICT DO UPDATE SET path = excluded.path, addresses = excluded.addresses, labels = excluded.labels,
                first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)
            """;
        foreach (var workload in workloads)
        {
            command.Parameters.Clear();
            command.Set("$name", workload.Name).Set("$path", workload.NamespacePath).Set("$addresses", string.Join(' ', workload.Addresses))
                .Set("$labels", JsonSerializer.Serialize(new Dictionary<string, string>(workload.Labels), LabelsJson.Default.DictionaryStringString))
                .Set("$first", workload.FirstSeen.UtcTicks).Set("$last", workload.LastSeen.UtcTicks);
            command.ExecuteNonQuery();
        }
    }

    public static List<WorkloadRecord> List(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, path, addresses, labels, first_seen, last_seen FROM workloads ORDER BY name";
        using var rows = command.ExecuteReader();
        var list = new List<WorkloadRecord>();
        while (rows.Read())
        {
            list.Add(new WorkloadRecord
            {
                Name = rows.GetString(0),
                NamespacePath = rows.GetString(1),
                Addresses = [.. rows.GetString(2).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)],
                Labels = JsonSerializer.Deserialize(rows.GetString(3), LabelsJson.Default.DictionaryStringString) ?? [],
                FirstSeen = SqlValues.Time(rows.GetInt64(4)),
                LastSeen = SqlValues.Time(rows.GetInt64(5)),
            });
        }

        return list;
    }
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class LabelsJson : JsonSerializerContext;
