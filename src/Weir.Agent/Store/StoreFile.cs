using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Weir.Agent.Store;

/// <summary>Opens the database file; one that SQLite can't read is moved aside, never deleted.</summary>
internal static class StoreFile
{
    // sqlite3.h result codes.
    private const int SQLITE_CORRUPT = 11, SQLITE_NOTADB = 26;

    public static SqliteConnection Open(string path, TimeProvider time, List<string> notices)
    {
        try
        {
            try
            {
                return OpenChecked(path);
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode is SQLITE_CORRUPT or SQLITE_NOTADB)
            {
                var aside = MoveAside(path, time);
                notices.Add($"the store {path} is broken ({exception.Message.TrimEnd('.')}); it is now {aside}, and a new one was made: "
                    + "policies must be applied again, what was learned is learned anew");
                return OpenChecked(path);
            }
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the store {path} can't be opened: {exception.Message}", exception);
        }
    }

    private static SqliteConnection OpenChecked(string path)
    {
        CreatePrivate(path);
        // No pool: closing must close the file.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            // WAL with synchronous=NORMAL: a killed process loses nothing that was committed, a power cut at most the last commits.
            command.CommandText = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864;";
            command.ExecuteNonQuery();
            Check(connection);
            Schema.Migrate(connection, path);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Check(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() as string is { } answer and not "ok") throw new SqliteException(answer, SQLITE_CORRUPT);
    }

    /// <summary>Flows say who talks to whom: root alone reads them. The -wal and -shm files take the same mode.</summary>
    private static void CreatePrivate(string path)
    {
        if (File.Exists(path)) return;
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    private static string MoveAside(string path, TimeProvider time)
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
        var aside = $"{path}.broken-{stamp}";
        for (var i = 2; File.Exists(aside); i++) aside = $"{path}.broken-{stamp}-{i}";
        foreach (var suffix in new[] { "", "-wal", "-shm" })
        {
            if (File.Exists(path + suffix)) File.Move(path + suffix, aside + suffix);
        }

        return aside;
    }
}
