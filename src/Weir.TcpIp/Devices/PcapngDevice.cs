using Weir.Packets.Pcapng;

namespace Weir.TcpIp.Devices;

/// <summary>Writes what a device sends, and what it is told of, to a stream in pcapng format: <c>tcpdump -r</c> and Wireshark read it.</summary>
/// <remarks>
/// Packets are written as they are handed over: with offload a checksum is partial and a segment larger than the MTU, as in a capture on the
/// sending host. <see cref="Received"/> is to be called with each incoming packet, before the stack has it. The stream is not closed.
/// </remarks>
public sealed class PcapngDevice : IDevice
{
    private readonly IDevice _inner;
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private byte[] _block = new byte[PcapngBlock.PacketSize(2048)];
    private byte[] _rented = [];

    /// <exception cref="IOException">The stream can't be written.</exception>
    public PcapngDevice(IDevice inner, Stream stream, TimeProvider time)
    {
        _inner = inner;
        _stream = stream;
        _time = time;
        int length = PcapngBlock.WriteSectionHeader(_block);
        length += PcapngBlock.WriteInterface(
            _block.AsSpan(length),
            inner.Capabilities.Medium == DeviceMedium.Ethernet ? PcapngLinkType.LINKTYPE_ETHERNET : PcapngLinkType.LINKTYPE_RAW);
        stream.Write(_block, 0, length);
    }

    public DeviceCapabilities Capabilities => _inner.Capabilities;

    /// <summary>Packets written so far.</summary>
    public long Packets { get; private set; }

    public Span<byte> Rent(int length)
    {
        // Back-pressure must be known now; the bytes go through a buffer of ours, since those of a device can't be kept in a field.
        if (_inner.Rent(length).IsEmpty)
            return default;
        if (_rented.Length < length)
            _rented = new byte[length];
        return _rented.AsSpan(0, length);
    }

    public void Send(int length, in PacketOffload offload)
    {
        Span<byte> packet = _rented.AsSpan(0, length);
        Write(packet, PcapngDirection.Outbound);
        Span<byte> buffer = _inner.Rent(length);
        if (buffer.IsEmpty)
            return;
        packet.CopyTo(buffer);
        _inner.Send(length, offload);
    }

    /// <summary>Writes a packet that has come in.</summary>
    public void Received(ReadOnlySpan<byte> packet) => Write(packet, PcapngDirection.Inbound);

    private void Write(ReadOnlySpan<byte> packet, PcapngDirection direction)
    {
        int size = PcapngBlock.PacketSize(packet.Length);
        if (_block.Length < size)
            _block = new byte[size];
        ulong nanoseconds = (ulong)(_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        int length = PcapngBlock.WritePacket(_block, 0, nanoseconds, direction, packet);
        _stream.Write(_block, 0, length);
        Packets++;
    }
}
