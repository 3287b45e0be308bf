using Weir.Enforcer;

namespace Weir.Agent.DataPath;

/// <summary>The enforcers' counters under the names that status, metrics and the console show.</summary>
internal static class CounterNames
{
    public static IReadOnlyDictionary<string, ulong> Of(IReadOnlyList<EnforcerCounters> enforcers)
    {
        var sums = new Dictionary<string, ulong>();
        foreach (var counters in enforcers)
        {
            foreach (var (name, value) in Named(counters))
                sums[name] = sums.GetValueOrDefault(name) + value;
        }

        return sums;
    }

    private static IEnumerable<(string Name, ulong Value)> Named(EnforcerCounters counters) =>
    [
        ("frames", counters.Frames),
        ("bytes", counters.Bytes),
        ("frames.accepted", counters.Accepted),
        ("frames.dropped", counters.Dropped),
        ("sessions", (ulong)counters.Sessions),
        ("sessions.opened", counters.SessionsOpened),
        ("sessions.closed", counters.SessionsClosed),
        ("sessions.evicted", counters.SessionsEvicted),
        ("sessions.rejected", counters.Rejected),
        ("sessions.settled", counters.SessionsSettled),
        ("sessions.settled.now", (ulong)counters.SettledSessions),
        ("ring.drops", counters.RingDrops),
        ("send.failures", counters.SendFailures),
        ("events.merged", counters.EventsMerged),
        ("events.lost", counters.EventsLost),
        .. counters.DropReasons.Select(reason => ($"drop.{reason.Key}", reason.Value)),
        .. counters.PassedAnyway.Select(reason => ($"passed.{reason.Key}", reason.Value)),
        .. counters.PacketErrors.Select(error => ($"malformed.{error.Key}", error.Value)),
    ];
}
