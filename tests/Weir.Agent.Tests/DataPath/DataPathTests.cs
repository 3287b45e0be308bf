using System.Reflection;
using System.Threading.Channels;
using Weir.Agent.DataPath;
using Weir.Enforcer;
using Weir.Packets;
using Weir.Policy;
using Weir.Testing;

namespace Weir.Agent.Tests.DataPath;

public sealed class DataPathTests
{
    [Fact]
    public void The_wall_clock_turns_monotonic_time_into_the_time_of_day()
    {
        var clock = new ManualTimeProvider();
        var monotonic = TimeSpan.FromSeconds(100);
        var wall = new WallClock(clock, () => monotonic);
        Assert.Equal(clock.GetUtcNow(), wall.Now);
        Assert.Equal(clock.GetUtcNow() - TimeSpan.FromSeconds(1), wall.At(TimeSpan.FromSeconds(99)));
    }

    [Fact]
    public void The_time_of_day_may_be_set_and_a_host_may_sleep()
    {
        // The monotonic clock stands still while the time of day goes on by an hour.
        var clock = new ManualTimeProvider();
        var monotonic = TimeSpan.FromSeconds(100);
        var wall = new WallClock(clock, () => monotonic);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(clock.GetUtcNow(), wall.At(monotonic));
    }

    [Fact]
    public void Every_counter_has_a_name()
    {
        // Each number is another power of two, so that one that is left out or taken twice shows.
        var counters = Numbered(out var numbers);
        var names = CounterNames.Of([counters]);
        Assert.Equal(numbers.Order(), names.Values.Order());
    }

    [Fact]
    public void Every_reason_and_every_packet_error_has_a_name_of_its_own()
    {
        var names = CounterNames.Of(
        [
            new EnforcerCounters
            {
                DropReasons = Each<DropReason>(),
                PassedAnyway = Each<DropReason>(),
                PacketErrors = Each<PacketError>(),
            },
        ]);
        Assert.All(Enum.GetNames<DropReason>(), name => Assert.Equal((1UL, 1UL), (names[$"drop.{name}"], names[$"passed.{name}"])));
        Assert.All(Enum.GetNames<PacketError>(), name => Assert.Equal(1UL, names[$"malformed.{name}"]));
    }

    [Fact]
    public void Counters_of_several_enforcers_are_added_up()
    {
        var names = CounterNames.Of(
        [
            new EnforcerCounters { Frames = 3, DropReasons = new Dictionary<DropReason, ulong> { [DropReason.PolicyDeny] = 1 } },
            new EnforcerCounters { Frames = 4, DropReasons = new Dictionary<DropReason, ulong> { [DropReason.PolicyDeny] = 2, [DropReason.Malformed] = 5 } },
        ]);
        Assert.Equal((7UL, 3UL, 5UL), (names["frames"], names["drop.PolicyDeny"], names["drop.Malformed"]));
    }

    [Fact]
    public async Task Events_reach_the_sink_in_order_and_the_pump_ends_with_them()
    {
        var events = Channel.CreateUnbounded<FlowEvent>();
        List<(int Loops, ulong Session)> taken = [];
        var pump = new EventPump(7, events.Reader, (int loops, in FlowEvent flow) => taken.Add((loops, flow.Session)));
        for (ulong session = 1; session <= 500; session++)
            Assert.True(events.Writer.TryWrite(Opened(session)));
        events.Writer.Complete();
        await pump.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(1, 500).Select(session => (7, (ulong)session)), taken);
        Assert.True(pump.IdleAsync().IsCompleted);
    }

    [Fact]
    public async Task Who_waits_for_the_pump_goes_on_when_the_last_event_has_been_taken()
    {
        var events = Channel.CreateBounded<FlowEvent>(8);
        using var gate = new SemaphoreSlim(0);
        var taken = 0;
        var pump = new EventPump(7, events.Reader, (int _, in FlowEvent _) =>
        {
            gate.Wait(TimeSpan.FromSeconds(10));
            taken++;
        });
        Assert.True(pump.IdleAsync().IsCompleted);

        Assert.True(events.Writer.TryWrite(Opened(1)));
        Assert.True(events.Writer.TryWrite(Opened(2)));
        var idle = pump.IdleAsync();
        gate.Release();
        Assert.False(idle.IsCompleted);
        gate.Release();
        await idle.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(2, taken);
        events.Writer.Complete();
        await pump.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private static FlowEvent Opened(ulong session) => new()
    {
        Kind = FlowEventKind.Opened,
        Session = session,
        PortId = 1,
        Direction = SessionDirection.Ingress,
        Client = 1,
        Server = 2,
        ClientPort = 3,
        ServerPort = 4,
        Protocol = 6,
    };

    private static Dictionary<T, ulong> Each<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToDictionary(value => value, _ => 1UL);

    private static EnforcerCounters Numbered(out List<ulong> numbers)
    {
        var counters = new EnforcerCounters();
        numbers = [];
        foreach (var property in typeof(EnforcerCounters).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && property.PropertyType.IsPrimitive))
        {
            var number = 1UL << numbers.Count;
            property.SetValue(counters, property.PropertyType == typeof(int) ? (object)(int)number : number);
            numbers.Add(number);
        }

        return counters;
    }
}
