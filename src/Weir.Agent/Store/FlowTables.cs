using System.Net;
using Microsoft.Data.Sqlite;
using Weir.Policy;

namespace Weir.Agent.Store;

/// <summary>Rows of flows and violations.</summary>
internal static class FlowTables
{
    private const string InsertFlow = """
        INSERT INTO flows (from_name, from_address, to_name, to_address, protocol, server_port, application, server_name, end, action, rule, mode, reason,
            sessions, client_packets, client_bytes, server_packets, server_bytes, first_seen, last_seen)
        VALUES ($from, $fromAddress, $to, $toAddress, $protocol, $port, $application, $serverName, $end, $action, $rule, $mode, $reason,
            $sessions, $clientPackets, $clientBytes, $serverPackets, $serverBytes, $first, $last)
        ON CONFLICT DO UPDATE SET sessions = sessions + excluded.sessions,
            client_packets = client_packets + excluded.client_packets, client_bytes = client_bytes + excluded.client_bytes,
            server_packets = server_packets + excluded.server_packets, server_bytes = server_bytes + excluded.server_bytes,
            first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)
        """;

    private const string InsertViolation = """
        INSERT INTO violations (time, from_name, from_address, to_name, to_address, client_port, protocol, server_port, application, server_name,
            end, action, rule, mode, reason, count)
        VALUES ($time, $from, $fromAddress, $to, $toAddress, $clientPort, $protocol, $port, $application, $serverName, $end, $action, $rule, $mode, $reason, $count)
        """;

    private const string SelectFlows = """
        SELECT from_name, from_address, to_name, to_address, protocol, server_port, application, server_name, end, action, rule, mode, reason,
            sessions, client_packets, client_bytes, server_packets, server_bytes, first_seen, last_seen FROM flows
        WHERE ($from IS NULL OR from_name = $from OR from_address = $from) AND ($to IS NULL OR to_name = $to OR to_address = $to)
            AND ($verdict IS NULL OR action = $verdict) AND ($since IS NULL OR last_seen >= $since)
        ORDER BY last_seen DESC, id DESC LIMIT $limit
        """;

    // Repeats are one: the newest one's row, with how many there are and when the first was.
    private const string SelectViolations = """
        SELECT from_name, from_address, to_name, to_address, protocol, server_port, application, server_name, end, action, rule, mode, reason,
            id, time, client_port, repeats, first FROM violations
        JOIN (SELECT max(id) AS newest, sum(count) AS repeats, min(time) AS first FROM violations
            WHERE ($from IS NULL OR from_name = $from OR from_address = $from) AND ($to IS NULL OR to_name = $to OR to_address = $to)
                AND ($verdict IS NULL OR action = $verdict) AND ($since IS NULL OR time >= $since)
            GROUP BY from_name, from_address, to_name, to_address, protocol, server_port, application, end, action, rule, mode, reason
            ORDER BY newest DESC LIMIT $limit) ON id = newest
        ORDER BY id DESC
        """;

    public static void Insert(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<FlowRecord> flows)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = InsertFlow;
        foreach (var flow in flows)
        {
            command.Parameters.Clear();
            command.Set("$from", flow.From ?? "").Set("$fromAddress", flow.FromAddress.ToString()).Set("$to", flow.To ?? "").Set("$toAddress", flow.ToAddress.ToString())
                .Set("$protocol", flow.Protocol).Set("$port", flow.ServerPort).Set("$application", (int)flow.Application).Set("$serverName", flow.ServerName ?? "")
                .Set("$end", (int)flow.End).Set("$action", (int)flow.Action).Set("$rule", flow.RuleId).Set("$mode", (int)flow.Mode).Set("$reason", flow.Reason)
                .Set("$sessions", flow.Sessions).Set("$clientPackets", flow.ClientPackets).Set("$clientBytes", flow.ClientBytes)
                .Set("$serverPackets", flow.ServerPackets).Set("$serverBytes", flow.ServerBytes).Set("$first", flow.FirstSeen.UtcTicks).Set("$last", flow.LastSeen.UtcTicks);
            command.ExecuteNonQuery();
        }
    }

    public static void Insert(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<ViolationRecord> violations)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = InsertViolation;
        foreach (var violation in violations)
        {
            command.Parameters.Clear();
            command.Set("$time", violation.Time.UtcTicks).Set("$from", violation.From ?? "").Set("$fromAddress", violation.FromAddress.ToString())
                .Set("$to", violation.To ?? "").Set("$toAddress", violation.ToAddress.ToString()).Set("$clientPort", violation.ClientPort)
                .Set("$protocol", violation.Protocol).Set("$port", violation.ServerPort).Set("$application", (int)violation.Application).Set("$serverName", violation.ServerName ?? "")
                .Set("$end", (int)violation.End).Set("$action", (int)violation.Action).Set("$rule", violation.RuleId).Set("$mode", (int)violation.Mode).Set("$reason", violation.Reason).Set("$count", violation.Count);
            command.ExecuteNonQuery();
        }
    }

    public static List<FlowRecord> ListFlows(SqliteConnection connection, FlowFilter filter)
        => Select(connection, SelectFlows, filter, row => new FlowRecord
        {
            From = NullIfEmpty(row.GetString(0)),
            FromAddress = IPAddress.Parse(row.GetString(1)),
            To = NullIfEmpty(row.GetString(2)),
            ToAddress = IPAddress.Parse(row.GetString(3)),
            Protocol = row.GetByte(4),
            ServerPort = (ushort)row.GetInt32(5),
            Application = (Application)row.GetInt32(6),
            ServerName = NullIfEmpty(row.GetString(7)),
            End = (SessionDirection)row.GetByte(8),
            Action = (PolicyAction)row.GetByte(9),
            RuleId = row.GetInt32(10),
            Mode = (PolicyMode)row.GetByte(11),
            Reason = row.GetString(12),
            Sessions = row.GetInt64(13),
            ClientPackets = row.GetInt64(14),
            ClientBytes = row.GetInt64(15),
            ServerPackets = row.GetInt64(16),
            ServerBytes = row.GetInt64(17),
            FirstSeen = SqlValues.Time(row.GetInt64(18)),
            LastSeen = SqlValues.Time(row.GetInt64(19)),
        });

    public static List<ViolationRecord> ListViolations(SqliteConnection connection, FlowFilter filter)
        => Select(connection, SelectViolations, filter, row => new ViolationRecord
        {
            From = NullIfEmpty(row.GetString(0)),
            FromAddress = IPAddress.Parse(row.GetString(1)),
            To = NullIfEmpty(row.GetString(2)),
            ToAddress = IPAddress.Parse(row.GetString(3)),
            Protocol = row.GetByte(4),
            ServerPort = (ushort)row.GetInt32(5),
            Application = (Application)row.GetInt32(6),
            ServerName = NullIfEmpty(row.GetString(7)),
            End = (SessionDirection)row.GetByte(8),
            Action = (PolicyAction)row.GetByte(9),
            RuleId = row.GetInt32(10),
            Mode = (PolicyMode)row.GetByte(11),
            Reason = row.GetString(12),
            Id = row.GetInt64(13),
            Time = SqlValues.Time(row.GetInt64(14)),
            ClientPort = (ushort)row.GetInt32(15),
            Count = row.GetInt64(16),
            First = SqlValues.Time(row.GetInt64(17)),
        });

    private static List<T> Select<T>(SqliteConnection connection, string sql, FlowFilter filter, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Set("$from", Peer(filter.From)).Set("$to", Peer(filter.To)).Set("$verdict", filter.Verdict is { } verdict ? (int)verdict : null)
            .Set("$since", filter.Since?.UtcTicks).Set("$limit", Math.Max(0, filter.Limit));
        using var rows = command.ExecuteReader();
        var list = new List<T>();
        while (rows.Read()) list.Add(read(rows));
        return list;
    }

    /// <summary>No workload has the empty name: that is how an external end is stored. Addresses are stored in .NET's spelling.</summary>
    private static string? Peer(string? text)
        => text is null ? null : text == "external" ? "" : IPAddress.TryParse(text, out var address) ? address.ToString() : text;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
