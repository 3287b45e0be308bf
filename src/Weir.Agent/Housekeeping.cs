using Microsoft.Extensions.Logging;

namespace Weir.Agent;

/// <summary>A thing that is done again and again.</summary>
/// <param name="Interval">At least so long between two times; zero: at each tick.</param>
internal sealed record Chore(TimeSpan Interval, Action Work);

/// <summary>Does chores in their order until it is stopped. One that fails is logged and tried again when it is due again: a full disk or a namespace in an odd state stops nothing else.</summary>
internal static class Housekeeping
{
    public static async Task RunAsync(TimeProvider clock, TimeSpan tick, IReadOnlyList<Chore> chores, ILogger log, CancellationToken stop)
    {
        var done = chores.Select(_ => clock.GetTimestamp()).ToArray();
        using var timer = new PeriodicTimer(tick, clock);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            for (var i = 0; i < chores.Count; i++)
            {
                if (clock.GetElapsedTime(done[i]) < chores[i].Interval)
                    continue;
                done[i] = clock.GetTimestamp();
                Do(chores[i], log);
            }
        }
    }

    private static void Do(Chore chore, ILogger log)
    {
        try
        {
            chore.Work();
        }
        catch (Exception exception)
        {
            log.HousekeepingFailed(exception);
        }
    }
}
