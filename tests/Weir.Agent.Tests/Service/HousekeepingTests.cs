using Microsoft.Extensions.Logging.Abstractions;
using Weir.Testing;

namespace Weir.Agent.Tests.Service;

public class HousekeepingTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_chore_that_fails_is_tried_again_and_stops_no_other_and_a_rare_one_waits_for_its_time()
    {
        var clock = new ManualTimeProvider();
        using var stop = new CancellationTokenSource();
        var (failed, often, rare) = (0, 0, 0);
        var keeping = Housekeeping.RunAsync(
            clock,
            Tick,
            [
                new Chore(TimeSpan.Zero, () =>
                {
                    failed++;
                    throw new IOException("the disk is full");
                }),
                new Chore(TimeSpan.FromMilliseconds(500), () => rare++),
                new Chore(TimeSpan.Zero, () => Volatile.Write(ref often, often + 1)),
            ],
            NullLogger.Instance,
            stop.Token);

        for (var i = 1; i <= 10; i++)
        {
            clock.Advance(Tick);
            Eventually.True(TimeSpan.FromSeconds(10), () => Volatile.Read(ref often) == i, $"tick {i} is done");
        }

        Assert.Equal((10, 10, 2), (failed, often, rare));
        await stop.CancelAsync();
        await keeping.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }
}
