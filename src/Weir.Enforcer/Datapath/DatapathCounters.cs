using Weir.Packets;

namespace Weir.Enforcer.Datapath;

/// <summary>A loop's counters: written by the loop, read by anybody at any time.</summary>
internal sealed class DatapathCounters
{
    private readonly long[] _dropReasons = new long[Enum.GetValues<DropReason>().Length];
    private readonly long[] _passedAnyway = new long[Enum.GetValues<DropReason>().Length];
    private readonly long[] _packetErrors = new long[256];
    private long _frames;
    private long _bytes;
    private long _accepted;
    private long _rejected;

    public long Frames => Volatile.Read(ref _frames);

    public long Bytes => Volatile.Read(ref _bytes);

    public long Accepted => Volatile.Read(ref _accepted);

    public long Rejected => Volatile.Read(ref _rejected);

    public long SessionsOpened { get; set; }

    public long SessionsClosed { get; set; }

    public long SessionsSettled { get; set; }

    public int SettledNow { get; set; }

    public void CountFrame(int bytes)
    {
        _frames++;
        _bytes += bytes;
    }

    public void CountAccepted() => _accepted++;

    public void CountRejected() => _rejected++;

    public void CountDropped(DropReason reason) => _dropReasons[(int)reason]++;

    public void CountPassedAnyway(DropReason reason) => _passedAnyway[(int)reason]++;

    public void CountError(PacketError error) => _packetErrors[(int)error]++;

    public ulong DroppedBy(DropReason reason) => (ulong)Volatile.Read(ref _dropReasons[(int)reason]);

    public ulong PassedDespite(DropReason reason) => (ulong)Volatile.Read(ref _passedAnyway[(int)reason]);

    public ulong ErrorsOf(PacketError error) => (ulong)Volatile.Read(ref _packetErrors[(int)error]);
}
