using Microsoft.Data.Sqlite;

namespace Weir.Agent.Store;

/// <summary>The tables, and the way from each older version to the next: migrations are added at the end and never changed.</summary>
internal static class Schema
{
    /// <summary>Says that the file is Weir's: "WEIR" in PRAGMA application_id, sqlite.org/pragma.html.</summary>
    public const int ApplicationId = 0x57454952;

    private static readonly string[] s_migrations =
    [
        """
        CREATE TABLE policies (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, author TEXT NOT NULL, comment TEXT NOT NULL, policy TEXT NOT NULL);
        CREATE TABLE group_modes (name TEXT PRIMARY KEY, mode INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE learned (id INTEGER PRIMARY KEY CHECK (id = 1), next_id INTEGER NOT NULL, policy TEXT NOT NULL);
        CREATE TABLE workloads (
            name TEXT PRIMARY KEY, path TEXT NOT NULL, addresses TEXT NOT NULL, labels TEXT NOT NULL,
            first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE flows (
            id INTEGER PRIMARY KEY,
            from_name TEXT NOT NULL, from_address TEXT NOT NULL, to_name TEXT NOT NULL, to_address TEXT NOT NULL,
            protocol INTEGER NOT NULL, server_port INTEGER NOT NULL, application INTEGER NOT NULL, server_name TEXT NOT NULL,
            end INTEGER NOT NULL, action INTEGER NOT NULL, rule INTEGER NOT NULL, mode INTEGER NOT NULL, reason TEXT NOT NULL,
            sessions INTEGER NOT NULL, client_packets INTEGER NOT NULL, client_bytes INTEGER NOT NULL,
            server_packets INTEGER NOT NULL, server_bytes INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
            UNIQUE (from_name, from_address, to_name, to_address, protocol, server_port, application, server_name, end, action, rule, mode, reason));
        CREATE INDEX flows_last_seen ON flows (last_seen);
        CREATE TABLE violations (
            id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL,
            from_name TEXT NOT NULL, from_address TEXT NOT NULL, to_name TEXT NOT NULL, to_address TEXT NOT NULL,
            client_port INTEGER NOT NULL, protocol INTEGER NOT NULL, server_port INTEGER NOT NULL, application INTEGER NOT NULL, server_name TEXT NOT NULL,
            end INTEGER NOT NULL, action INTEGER NOT NULL, rule INTEGER NOT NULL, mode INTEGER NOT NULL, reason TEXT NOT NULL);
        CREATE INDEX violations_time ON violations (time);
        """,
        "ALTER TABLE violations ADD COLUMN count INTEGER NOT NULL DEFAULT 1;",
    ];

    public static int Version => s_migrations.Length;

    /// <summary>Brings an empty or older file to this version, each step whole or not at all.</summary>
    /// <exception cref="StoreException">The file is another program's, or of a newer Weir.</exception>
    public static void Migrate(SqliteConnection connection, string path)
    {
        var version = Pragma(connection, "user_version");
        var owner = Pragma(connection, "application_id");
        if (owner != ApplicationId && (owner != 0 || version != 0 || HasTables(connection)))
            throw new StoreException($"{path} is a database of another program; give Weir a state directory of its own (--state)");
        if (version > Version)
            throw new StoreException($"{path} was written by a newer Weir (schema {version}, this one knows {Version}); start that one, or choose another state directory");
        for (var next = (int)version; next < Version; next++)
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, transaction, $"{s_migrations[next]} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {next + 1};");
            transaction.Commit();
        }
    }

    public static long Pragma(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return command.ExecuteScalar() is long value ? value : 0;
    }

    private static bool HasTables(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master";
        return command.ExecuteScalar() is > 0L;
    }

    private static void Execute(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
