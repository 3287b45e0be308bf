using Weir.Capture;
using Weir.Enforcer;

namespace Weir.Agent.DataPath;

/// <summary>Joins the enforcer to the kernel's table of settled sessions.</summary>
internal sealed class SettledSessions(SettledMap map) : ISettledSessions
{
    private const ulong NanosecondsPerTick = 100;

    public bool Add(in SettledKey key, uint generation) =>
        map.Add(key.PortId, key.Protocol, key.Source, key.Destination, key.SourcePort, key.DestinationPort, generation);

    public SettledCounters Remove(in SettledKey key) =>
        map.Remove(key.PortId, key.Protocol, key.Source, key.Destination, key.SourcePort, key.DestinationPort, out var packets, out var bytes, out var lastSeen)
            ? Counters(packets, bytes, lastSeen)
            : default;

    public SettledCounters Read(in SettledKey key) =>
        map.Read(key.PortId, key.Protocol, key.Source, key.Destination, key.SourcePort, key.DestinationPort, out var packets, out var bytes, out var lastSeen)
            ? Counters(packets, bytes, lastSeen)
            : default;

    public void SetGeneration(uint generation) => map.SetGeneration(generation);

    private static SettledCounters Counters(ulong packets, ulong bytes, ulong nanoseconds) =>
        new(packets, bytes, TimeSpan.FromTicks((long)(nanoseconds / NanosecondsPerTick)));
}
