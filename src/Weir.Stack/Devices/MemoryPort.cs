using System.Buffers;
using Weir.TcpIp.Devices;

namespace Weir.Stack.Devices;

/// <summary>One end of a link that is nothing but memory, between two stacks with a thread each.</summary>
public sealed class MemoryPort : IPacketPort
{
    /// <summary>Packets that may wait in one direction; more are dropped, as a switch drops them.</summary>
    private const int MostWaiting = 1024;

    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Queue<Waiting> _incoming = new();
    private readonly byte[] _outgoing;
    private MemoryPort? _other;
    private byte[]? _taken;

    private MemoryPort(DeviceCapabilities capabilities)
    {
        Capabilities = capabilities;
        _outgoing = GC.AllocateUninitializedArray<byte>(Math.Max(capabilities.Mtu, capabilities.MaxSegmentOffload) + 64);
    }

    private readonly record struct Waiting(byte[] Bytes, int Length, PacketOffload Offload);

    /// <inheritdoc/>
    public DeviceCapabilities Capabilities { get; }

    /// <summary>Two ends of IP packets of at most <paramref name="mtu"/> bytes.</summary>
    public static (MemoryPort First, MemoryPort Second) CreatePair(int mtu = 1500) =>
        CreatePair(new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = mtu });

    /// <summary>Two ends.</summary>
    public static (MemoryPort First, MemoryPort Second) CreatePair(DeviceCapabilities capabilities)
    {
        var (first, second) = (new MemoryPort(capabilities), new MemoryPort(capabilities));
        (first._other, second._other) = (second, first);
        return (first, second);
    }

    /// <inheritdoc/>
    public Span<byte> Rent(int length) => length <= _outgoing.Length ? _outgoing.AsSpan(0, length) : default;

    /// <inheritdoc/>
    public void Send(int length, in PacketOffload offload) => _other!.Accept(_outgoing.AsSpan(0, length), offload with { ChecksumVerified = offload.ChecksumPartial });

    /// <inheritdoc/>
    public bool TryReceive(out Span<byte> packet, out PacketOffload offload)
    {
        if (_taken is { } taken)
            ArrayPool<byte>.Shared.Return(taken);
        _taken = null;
        Waiting next;
        lock (_incoming)
        {
            if (!_incoming.TryDequeue(out next))
            {
                packet = default;
                offload = default;
                return false;
            }
        }

        _taken = next.Bytes;
        packet = next.Bytes.AsSpan(0, next.Length);
        offload = next.Offload;
        return true;
    }

    /// <inheritdoc/>
    public void Wait(TimeSpan? timeout) => _wake.WaitOne(timeout is { } time ? TimeSpan.FromMilliseconds(Math.Ceiling(Math.Clamp(time.TotalMilliseconds, 0, int.MaxValue))) : Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public void Wake() => _wake.Set();

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    private void Accept(ReadOnlySpan<byte> packet, in PacketOffload offload)
    {
        lock (_incoming)
        {
            if (_incoming.Count == MostWaiting)
                return;
            var bytes = ArrayPool<byte>.Shared.Rent(packet.Length);
            packet.CopyTo(bytes);
            _incoming.Enqueue(new Waiting(bytes, packet.Length, offload));
        }

        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // The other end is gone, and with it the packet.
        }
    }
}
