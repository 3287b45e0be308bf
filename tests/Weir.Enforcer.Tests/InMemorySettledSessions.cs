namespace Weir.Enforcer.Tests;

/// <summary>The kernel's table, in memory: a test lets packets pass through it and sees what the enforcer put in.</summary>
internal sealed class InMemorySettledSessions : ISettledSessions
{
    public Dictionary<SettledKey, (uint Generation, SettledCounters Counters)> Entries { get; } = [];

    public int Capacity { get; set; } = int.MaxValue;

    public uint Generation { get; private set; }

    public bool Add(in SettledKey key, uint generation)
    {
        if (Entries.Count >= Capacity)
            return false;
        Entries[key] = (generation, default);
        return true;
    }

    public SettledCounters Remove(in SettledKey key)
    {
        SettledCounters counters = Read(key);
        Entries.Remove(key);
        return counters;
    }

    public SettledCounters Read(in SettledKey key) => Entries.TryGetValue(key, out var entry) ? entry.Counters : default;

    public void SetGeneration(uint generation) => Generation = generation;

    /// <summary>Packets that pass without user space.</summary>
    public void Pass(in SettledKey key, ulong packets, ulong bytes, TimeSpan now)
    {
        (uint generation, SettledCounters counters) = Entries[key];
        Entries[key] = (generation, new SettledCounters(counters.Packets + packets, counters.Bytes + bytes, now));
    }
}
