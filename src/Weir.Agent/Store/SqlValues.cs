using Microsoft.Data.Sqlite;

namespace Weir.Agent.Store;

/// <summary>Values between records and rows. Times are UTC ticks of 100 ns, as DateTimeOffset has them.</summary>
internal static class SqlValues
{
    public static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    public static SqliteCommand Set(this SqliteCommand command, string name, object? value)
    {
        command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
