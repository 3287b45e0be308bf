using System.Runtime.InteropServices;
using Weir.Capture.Steering;
using Weir.Linux.Bpf;

namespace Weir.Capture;

/// <summary>The eBPF map of sessions that pass without user space: one entry per direction, with counters.</summary>
/// <remarks>All members may be called from any thread. The kernel programs write the counters at the same time.</remarks>
public sealed class SettledMap : IDisposable
{
    private readonly MappedBpfArray control;

    private SettledMap(BpfMap map, BpfMap controlMap)
    {
        Map = map;
        Control = controlMap;
        control = controlMap.Map();
    }

    internal BpfMap Map { get; }

    internal BpfMap Control { get; }

    internal MappedBpfArray ControlPage => control;

    /// <summary>How many entries (directions) it holds.</summary>
    public int Capacity => Map.Shape.MaxEntries;

    /// <summary>A map of its own, for taps; an inline data path has one already.</summary>
    public static SettledMap Create(int entries = SteeringMaps.DefaultSettledEntries)
    {
        BpfMap map = SteeringMaps.Settled(entries);
        try
        {
            return new SettledMap(map, SteeringMaps.Control());
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Lets one direction pass under a policy generation; false when the map is full.</summary>
    public bool Add(ushort portId, byte protocol, UInt128 source, UInt128 destination, ushort sourcePort, ushort destinationPort, uint generation)
    {
        var key = new SettledMapKey(portId, protocol, source, destination, sourcePort, destinationPort);
        var value = new SettledMapValue { Generation = generation };
        return Map.TryUpdate(Bytes(in key), Bytes(in value));
    }

    /// <summary>Reads the counters and deletes the entry; false when it was not there. lastSeen is CLOCK_MONOTONIC nanoseconds.</summary>
    public bool Remove(ushort portId, byte protocol, UInt128 source, UInt128 destination, ushort sourcePort, ushort destinationPort, out ulong packets, out ulong bytes, out ulong lastSeen)
    {
        var key = new SettledMapKey(portId, protocol, source, destination, sourcePort, destinationPort);
        SettledMapValue value = default;
        bool found = Map.LookupAndDelete(Bytes(in key), MemoryMarshal.AsBytes(new Span<SettledMapValue>(ref value)));
        (packets, bytes, lastSeen) = (value.Packets, value.Bytes, value.LastSeen);
        return found;
    }

    /// <summary>What one direction has carried since it was added; false when it is not there.</summary>
    public bool Read(ushort portId, byte protocol, UInt128 source, UInt128 destination, ushort sourcePort, ushort destinationPort, out ulong packets, out ulong bytes, out ulong lastSeen)
    {
        var key = new SettledMapKey(portId, protocol, source, destination, sourcePort, destinationPort);
        SettledMapValue value = default;
        bool found = Map.Lookup(Bytes(in key), MemoryMarshal.AsBytes(new Span<SettledMapValue>(ref value)));
        (packets, bytes, lastSeen) = (value.Packets, value.Bytes, value.LastSeen);
        return found;
    }

    /// <summary>All entries, read in batches: for the search for idle sessions. Entries that come or go meanwhile may be missed or seen twice.</summary>
    public IEnumerable<KeyValuePair<SettledMapKey, SettledMapValue>> ReadAll()
    {
        const int Batch = 1024;
        var keys = new SettledMapKey[Batch];
        var values = new SettledMapValue[Batch];
        uint cursor = 0;
        bool started = false, more = true;
        while (more)
        {
            more = Map.LookupBatch(ref cursor, ref started, MemoryMarshal.AsBytes(keys.AsSpan()), MemoryMarshal.AsBytes(values.AsSpan()), out int count);
            for (int i = 0; i < count; i++)
                yield return new(keys[i], values[i]);
        }
    }

    /// <summary>From now on only entries of this generation pass; all others go to user space at once.</summary>
    public void SetGeneration(uint generation) => Volatile.Write(ref control.At<uint>(ControlLayout.GenerationOffset), generation);

    public void Dispose()
    {
        control.Dispose();
        Map.Dispose();
        Control.Dispose();
    }

    private static ReadOnlySpan<byte> Bytes<T>(ref readonly T value) where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));
}
