namespace Weir.Agent.DataPath;

/// <summary>Turns the data path's CLOCK_MONOTONIC into the time of day.</summary>
/// <param name="monotonic">Reads CLOCK_MONOTONIC.</param>
internal sealed class WallClock(TimeProvider clock, Func<TimeSpan> monotonic)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Read anew each time: the time of day may be set, and a suspended host's monotonic clock stands still.</summary>
    public DateTimeOffset At(TimeSpan time) => clock.GetUtcNow() - (monotonic() - time);
}
