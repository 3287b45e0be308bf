using Weir.Linux;
using Weir.TcpIp.Devices;

namespace Weir.Stack.Devices;

/// <summary>One queue of a TUN or TAP device: the stack's way out, and the packets that come in.</summary>
/// <remarks>A packet is built behind its virtio header in one buffer and written from there; a large payload goes from where it lies. One thread at a time may use it.</remarks>
public sealed class TunQueue : IPacketPort, IGatherDevice
{
    /// <summary>The largest packet, with an Ethernet header and a tag before it.</summary>
    private const int PacketSize = 65535 + 18;

    private const int EthernetHeader = 14;

    /// <summary>Segments with so much payload go one by one, from where they lie.</summary>
    private const int GatherSize = 4096;

    /// <summary>Where a packet begins in its buffer: behind the virtio header, and on a boundary of 16.</summary>
    private const int PacketAt = 16;

    private readonly TunDevice _device;
    private readonly WakeEvent _wake = new();
    private readonly HeldSegments? _held;
    private readonly int _linkHeader;
    private readonly byte[] _outgoing = GC.AllocateUninitializedArray<byte>(PacketAt + PacketSize, pinned: true);
    private readonly byte[] _incoming = GC.AllocateUninitializedArray<byte>(PacketAt + PacketSize, pinned: true);

    private TunQueue(TunDevice device, HeldSegments? held, TunQueueOptions options, TunOptions opened)
    {
        _device = device;
        _held = held;
        HasOffload = opened.VnetHeader;
        _linkHeader = options.Mode == TunMode.Tun ? 0 : EthernetHeader;
        Capabilities = new DeviceCapabilities
        {
            Medium = options.Mode == TunMode.Tun ? DeviceMedium.Ip : DeviceMedium.Ethernet,
            Mtu = options.Mtu,
            HoldsUntilPush = opened.Napi,
            TransmitChecksumOffload = opened.VnetHeader,
            MaxSegmentOffload = opened.VnetHeader ? ushort.MaxValue - _linkHeader : 0,
        };
    }

    /// <summary>The device's name, as the kernel completed it.</summary>
    public string Name => _device.Name;

    /// <inheritdoc/>
    public DeviceCapabilities Capabilities { get; }

    /// <summary>Below it a copy costs less than what the kernel does for each piece of a writev(2).</summary>
    public int GatherFrom => GatherSize;

    /// <summary>Whether packets carry a virtio header, so that the kernel cuts segments and completes checksums.</summary>
    public bool HasOffload { get; }

    /// <inheritdoc cref="TunQueueOptions.Napi"/>
    public bool HasNapi => Capabilities.HoldsUntilPush;

    public TunCounters Counters { get; } = new();

    /// <summary>Opens the device, or one more queue of it, in a namespace.</summary>
    /// <exception cref="LinuxException">EBUSY: it is open already and has one queue; EPERM: it is another user's; EINVAL: it is of the other kind.</exception>
    public static TunQueue Open(NetworkNamespace ns, TunQueueOptions options)
    {
        var napi = options.Napi && options.Mtu <= GatherSize;
        var wanted = new TunOptions { Name = options.Name, Mode = options.Mode, MultiQueue = options.MultiQueue, VnetHeader = options.Offload, Napi = napi, NonBlocking = true };
        while (true)
        {
            var device = TunDevice.Open(ns, wanted);
            try
            {
                HeldSegments? held = null;
                if (wanted.VnetHeader && !TrySetOffload(device))
                    wanted = wanted with { VnetHeader = false };
                else if (wanted.Napi && !HeldSegments.TryStart(ns, device.Name, out held))
                    wanted = wanted with { Napi = false };
                else
                    return new TunQueue(device, held, options, wanted);
            }
            catch
            {
                device.Dispose();
                throw;
            }

            // What the kernel has not, or this process may not, is left out when it is opened again.
            device.Dispose();
        }
    }

    private static bool TrySetOffload(TunDevice device)
    {
        device.SetVnetHeaderSize(VirtioNetHeader.Length);
        try
        {
            device.SetOffloads(TunOffloads.TUN_F_CSUM | TunOffloads.TUN_F_TSO4 | TunOffloads.TUN_F_TSO6);
            return true;
        }
        catch (LinuxException exception) when (exception.Errno == (int)Errno.EINVAL)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public Span<byte> Rent(int length) => length <= PacketSize ? _outgoing.AsSpan(PacketAt, length) : default;

    /// <inheritdoc/>
    public void Send(int length, in PacketOffload offload)
    {
        var packet = WriteHeader(length, offload);
        Counters.Sent(length, _device.TryWrite(packet));
    }

    /// <inheritdoc/>
    public void Send(int length, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, in PacketOffload offload)
    {
        var head = WriteHeader(length, offload);
        Counters.Sent(length + first.Length + second.Length, _device.TryWrite(head, first, second));
    }

    /// <inheritdoc/>
    /// <exception cref="LinuxException">The device is gone.</exception>
    public bool TryReceive(out Span<byte> packet, out PacketOffload offload)
    {
        var start = HasOffload ? PacketAt - VirtioNetHeader.Length : PacketAt;
        var count = _device.TryRead(_incoming.AsSpan(start));
        offload = default;
        packet = default;
        if (count < 0)
            return false;
        var length = start + count - PacketAt;
        if (length <= 0)
            return true;
        if (HasOffload)
            offload = VirtioNetHeader.Read(_incoming.AsSpan(start));
        packet = _incoming.AsSpan(PacketAt, length);
        Counters.Received(length);
        return true;
    }

    /// <inheritdoc/>
    public void Wait(TimeSpan? timeout)
    {
        if (_device.Wait(_wake, timeout))
            _wake.Clear();
    }

    /// <inheritdoc/>
    public void Wake() => _wake.Signal();

    /// <summary>The virtio header before the packet of which <paramref name="length"/> bytes are in the buffer, if there is one; both together.</summary>
    private ReadOnlySpan<byte> WriteHeader(int length, in PacketOffload offload)
    {
        if (!HasOffload)
            return _outgoing.AsSpan(PacketAt, length);
        const int start = PacketAt - VirtioNetHeader.Length;
        VirtioNetHeader.Write(_outgoing.AsSpan(start, VirtioNetHeader.Length), _outgoing.AsSpan(PacketAt, length), _linkHeader, offload);
        return _outgoing.AsSpan(start, VirtioNetHeader.Length + length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _held?.Dispose();
        _device.Dispose();
        _wake.Dispose();
    }
}
