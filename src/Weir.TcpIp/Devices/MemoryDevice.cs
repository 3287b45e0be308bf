namespace Weir.TcpIp.Devices;

/// <summary>One end of a link that is nothing but memory: what one end sends, the other one receives.</summary>
/// <remarks>
/// Both ends belong to the same thread. The queue of each direction is bounded in bytes and in packets; a full one refuses to rent, which is
/// back-pressure, not loss. Its memory is taken when the first packet is sent; after that nothing is allocated.
/// A link that offers checksum or segmentation offload passes such packets on as they are, and the receiver is told what was left out.
/// </remarks>
public sealed class MemoryDevice : IDevice
{
    private readonly PacketQueue<PacketOffload> _outgoing;
    private readonly PacketQueue<PacketOffload> _incoming;
    private int _rented = -1;

    private MemoryDevice(DeviceCapabilities capabilities, PacketQueue<PacketOffload> outgoing, PacketQueue<PacketOffload> incoming)
    {
        Capabilities = capabilities;
        _outgoing = outgoing;
        _incoming = incoming;
    }

    public DeviceCapabilities Capabilities { get; }

    /// <summary>Packets that wait at this end.</summary>
    public int Waiting => _incoming.Count;

    /// <param name="capabilities">Of both ends.</param>
    /// <param name="queueBytes">What each direction can hold: at least one packet of the largest size.</param>
    /// <param name="queuePackets">The most packets that wait in each direction: a power of 2.</param>
    public static (MemoryDevice First, MemoryDevice Second) CreatePair(DeviceCapabilities capabilities, int queueBytes = 1 << 18, int queuePackets = 1 << 10)
    {
        var there = new PacketQueue<PacketOffload>(queueBytes, queuePackets);
        var back = new PacketQueue<PacketOffload>(queueBytes, queuePackets);
        return (new MemoryDevice(capabilities, there, back), new MemoryDevice(capabilities, back, there));
    }

    /// <summary>A device whose packets come back to itself.</summary>
    public static MemoryDevice CreateLoop(DeviceCapabilities capabilities, int queueBytes = 1 << 18, int queuePackets = 1 << 10)
    {
        var queue = new PacketQueue<PacketOffload>(queueBytes, queuePackets);
        return new MemoryDevice(capabilities, queue, queue);
    }

    public Span<byte> Rent(int length)
    {
        Span<byte> buffer = _outgoing.Rent(length);
        _rented = buffer.IsEmpty ? -1 : length;
        return buffer;
    }

    public void Send(int length, in PacketOffload offload)
    {
        if (_rented < length)
            throw new InvalidOperationException($"{length} bytes are sent, but {Math.Max(_rented, 0)} were rented");
        _rented = -1;

        // Nobody computes a checksum on a link of memory, and nothing can go wrong there.
        _outgoing.Commit(length, offload.ChecksumPartial ? offload with { ChecksumVerified = true } : offload);
    }

    /// <summary>Takes the oldest waiting packet. Its bytes may be changed, and are valid until the next call.</summary>
    public bool TryReceive(out Span<byte> packet, out PacketOffload offload) => _incoming.TryTake(out packet, out offload);
}
