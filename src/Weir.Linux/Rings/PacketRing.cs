using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Weir.Linux.Rings.PacketSocketInterop;

namespace Weir.Linux.Rings;

/// <summary>A packet socket with a shared receive ring: frames are read where the kernel put them, and sent back from there.</summary>
/// <remarks>
/// <para>TPACKET_V2, because V3 gives its blocks away by a timer of a millisecond at least, and somebody waits for these frames.
/// PACKET_VNET_HDR keeps segments of 64 KiB and partial checksums whole, in both directions.</para>
/// <para>
/// A slot, net/packet/af_packet.c tpacket_rcv:
/// <code>
/// 0        32            52      tp_mac-10    tp_mac            tp_mac+tp_snaplen
/// | tpacket2_hdr | sockaddr_ll | … | virtio_net_hdr | Ethernet frame |
/// </code>
/// The virtio_net_hdr lies right before the frame, which is what a send with PACKET_VNET_HDR wants: a frame goes back with one
/// iovec into its own slot. A frame longer than its slot has TP_STATUS_COPY; the whole of it, its virtio_net_hdr in front, is then
/// the next message of recv(2), in the order of the slots, since both are queued under one lock.
/// </para>
/// <para>One thread calls <see cref="Receive"/>, <see cref="Return"/>, <see cref="Send"/> and <see cref="Release"/>. Any thread may call <see cref="Wake"/> and <see cref="ReadDrops"/>.</para>
/// </remarks>
public sealed unsafe class PacketRing : IDisposable
{
    /// <summary>Frames that one <see cref="Receive"/> gives at most.</summary>
    public const int BatchSize = 64;

    /// <summary>The longest frame that <see cref="Send"/> takes.</summary>
    public const int MaxSendBytes = ScratchBytes - VnetHeaderBytes;

    private const int VnetHeaderBytes = 10;
    private const int AddressOffset = 32;
    private const int CopyBuffers = 16;
    private const int CopyBytes = 128 * 1024;
    private const int ScratchBytes = 256;
    private const int MaxMessages = 2 * BatchSize;

    private readonly Frame[] _batch = new Frame[BatchSize];
    private readonly Lock _statistics = new();
    private readonly int _socket;
    private readonly int _wake;
    private readonly byte* _ring;
    private readonly nuint _ringBytes;
    private readonly int _slots;
    private readonly int _slotBytes;
    private readonly long _spinTicks;
    private readonly byte* _copies;
    private readonly byte* _scratch;
    private readonly iovec* _vectors;
    private readonly mmsghdr* _messages;
    private int _next;
    private int _received;
    private int _queued;
    private int _scratchUsed;
    private int _spinCredit;
    private ulong _drops;
    private bool _disposed;

    private PacketRing(string link, int socket, int wake, byte* ring, nuint ringBytes, PacketRingOptions options)
    {
        Link = link;
        _socket = socket;
        _wake = wake;
        _ring = ring;
        _ringBytes = ringBytes;
        _slots = options.Slots;
        _slotBytes = options.SlotBytes;
        _spinTicks = options.Spin.Ticks * (TimeProvider.System.TimestampFrequency / TimeSpan.TicksPerSecond);
        _copies = (byte*)NativeMemory.Alloc(CopyBuffers * CopyBytes);
        _scratch = (byte*)NativeMemory.AllocZeroed(BatchSize * ScratchBytes);
        _vectors = (iovec*)NativeMemory.AllocZeroed((nuint)(MaxMessages * sizeof(iovec)));
        _messages = (mmsghdr*)NativeMemory.AllocZeroed((nuint)(MaxMessages * sizeof(mmsghdr)));
        for (int i = 0; i < MaxMessages; i++)
        {
            _messages[i].msg_iov = _vectors + i;
            _messages[i].msg_iovlen = 1;
        }
    }

    /// <summary>A frame of the current batch: where it lies, with its virtio_net_hdr right before it.</summary>
    private struct Frame
    {
        public byte* Start;
        public int Length;
        public bool Outgoing;
        public bool Truncated;
    }

    /// <summary>The link's name, for messages.</summary>
    public string Link { get; }

    /// <summary>Frames that the kernel refused to take back.</summary>
    public ulong SendFailures { get; private set; }

    /// <summary>The errno of the last refusal, for messages; 0 if there was none.</summary>
    public int LastSendError { get; private set; }

    /// <summary>Frames of the current batch.</summary>
    public int Received => _received;

    /// <summary>Opens a ring on a link. The socket is made on a thread of its own inside the namespace.</summary>
    /// <exception cref="LinuxException">No such link, no privilege, or no memory for the ring.</exception>
    public static PacketRing Open(NetworkNamespace ns, string link, PacketRingOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(int.IsPow2(options.Slots) && options.Slots is >= 64 and <= 262_144, true, nameof(options.Slots));
        ArgumentOutOfRangeException.ThrowIfNotEqual(int.IsPow2(options.SlotBytes) && options.SlotBytes is >= 512 and <= 65_536, true, nameof(options.SlotBytes));

        string where = $"packet ring on {link} in {ns.Name}";
        (int descriptor, int index) = ns.Run(() =>
        {
            uint found = if_nametoindex(link);
            if (found == 0)
                throw new LinuxException($"{where}: link", Marshal.GetLastPInvokeError());
            // Protocol 0: nothing is captured before the ring is there and bound to its link.
            return (Check(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), $"{where}: socket"), (int)found);
        });

        int wake = -1;
        try
        {
            wake = Check(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), $"{where}: eventfd");
            SetOption(descriptor, SOL_PACKET, PACKET_VERSION, TPACKET_V2, where);
            SetOption(descriptor, SOL_PACKET, PACKET_VNET_HDR, 1, where);
            SetOption(descriptor, SOL_PACKET, PACKET_COPY_THRESH, 1, where);
            SetOption(descriptor, SOL_PACKET, PACKET_QDISC_BYPASS, 1, where);
            // Frames longer than a slot wait in the socket's own queue, and frames on their way out count too.
            SetOption(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, 32 * 1024 * 1024, where);
            SetOption(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, 32 * 1024 * 1024, where);
            if (options.IgnoreOutgoing)
                SetOption(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, where);
            if (options.FilterProgram >= 0)
                SetOption(descriptor, SOL_SOCKET, SO_ATTACH_BPF, options.FilterProgram, where);

            nuint bytes = (nuint)options.Slots * (nuint)options.SlotBytes;
            uint block = (uint)Math.Min((long)bytes, Math.Max(65_536, options.SlotBytes));
            var request = new tpacket_req
            {
                tp_block_size = block,
                tp_block_nr = (uint)(bytes / block),
                tp_frame_size = (uint)options.SlotBytes,
                tp_frame_nr = (uint)options.Slots,
            };
            Check(setsockopt(descriptor, SOL_PACKET, PACKET_RX_RING, &request, (uint)sizeof(tpacket_req)), $"{where}: PACKET_RX_RING");
            void* ring = mmap(null, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, descriptor, 0);
            if (ring == (void*)-1)
                throw new LinuxException($"{where}: mmap", Marshal.GetLastPInvokeError());

            var address = new sockaddr_ll { sll_family = AF_PACKET, sll_protocol = ETH_P_ALL << 8, sll_ifindex = index };
            if (bind(descriptor, &address, (uint)sizeof(sockaddr_ll)) < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                munmap(ring, bytes);
                throw new LinuxException($"{where}: bind", error);
            }
            return new PacketRing(link, descriptor, wake, (byte*)ring, bytes, options);
        }
        catch
        {
            if (wake >= 0)
                close(wake);
            close(descriptor);
            throw;
        }
    }

    /// <summary>Puts a socket filter in front of the ring: the program's result is the number of bytes kept, 0 drops (SO_ATTACH_BPF). Replaces an earlier one.</summary>
    /// <param name="programDescriptor">A loaded program of type BPF_PROG_TYPE_SOCKET_FILTER.</param>
    public void AttachFilter(int programDescriptor) =>
        SetOption(_socket, SOL_SOCKET, SO_ATTACH_BPF, programDescriptor, $"packet ring on {Link}");

    /// <summary>Waits for frames; <see cref="Release"/> must have ended the batch before. 0: the time is over, or <see cref="Wake"/> was called.</summary>
    /// <param name="timeout">Whole milliseconds count.</param>
    public int Receive(TimeSpan timeout)
    {
        if (Collect() is > 0 and int ready)
            return ready;
        if (_spinTicks > 0 && Spin() is > 0 and int soon)
            return soon;

        pollfd* descriptors = stackalloc pollfd[2];
        descriptors[0] = new pollfd { fd = _socket, events = POLLIN };
        descriptors[1] = new pollfd { fd = _wake, events = POLLIN };
        if (poll(descriptors, 2, (int)timeout.TotalMilliseconds) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error == EINTR ? 0 : throw new LinuxException($"poll on the ring of {Link}", error);
        }
        if (descriptors[1].revents != 0)
        {
            ulong count;
            _ = read(_wake, &count, sizeof(ulong));
        }
        return Collect();
    }

    /// <summary>A frame of the batch, from its Ethernet header on, as the kernel has it: its checksum may be partial and it may be a segment of 64 KiB.</summary>
    /// <remarks>May be written to: <see cref="Return"/> sends what is there then.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> FrameAt(int index)
    {
        ref Frame frame = ref _batch[index];
        return new Span<byte>(frame.Start, frame.Length);
    }

    /// <summary>The frame was sent by this namespace, not received (sll_pkttype PACKET_OUTGOING).</summary>
    public bool IsOutgoing(int index) => _batch[index].Outgoing;

    /// <summary>Only the frame's beginning is there; it can't be returned.</summary>
    public bool IsTruncated(int index) => _batch[index].Truncated;

    /// <summary>The frame's transport checksum covers the pseudo-header only so far (VIRTIO_NET_HDR_F_NEEDS_CSUM): the sending host left it to a network card.</summary>
    public bool HasPartialChecksum(int index) => (_batch[index].Start[-VnetHeaderBytes] & 1) != 0;

    /// <summary>Sends a frame of the batch out of the link, with the next <see cref="Release"/>.</summary>
    public void Return(int index)
    {
        ref Frame frame = ref _batch[index];
        if (frame.Truncated)
            throw new InvalidOperationException("A truncated frame can't be sent.");
        Queue(frame.Start - VnetHeaderBytes, frame.Length + VnetHeaderBytes);
    }

    /// <summary>Sends a frame of our own, with complete checksums and at most <see cref="MaxSendBytes"/> long, with the next <see cref="Release"/>.</summary>
    public void Send(ReadOnlySpan<byte> frame)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frame.Length, MaxSendBytes);
        if (_scratchUsed == BatchSize)
            Transmit();
        // The buffer's first ten bytes stay zero: an empty virtio_net_hdr.
        byte* buffer = _scratch + (_scratchUsed++ * ScratchBytes);
        frame.CopyTo(new Span<byte>(buffer + VnetHeaderBytes, frame.Length));
        Queue(buffer, frame.Length + VnetHeaderBytes);
    }

    /// <summary>Ends the batch: sends what is to be sent, then gives the slots back to the kernel.</summary>
    public void Release()
    {
        Transmit();
        for (int i = 0; i < _received; i++)
            Volatile.Write(ref Slot(_next + i - _received)->tp_status, TP_STATUS_KERNEL);
        _received = 0;
    }

    /// <summary>Ends a wait in <see cref="Receive"/>, or the next one.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = write(_wake, &one, sizeof(ulong));
    }

    /// <summary>Frames that found the ring full, since it was opened.</summary>
    public ulong ReadDrops()
    {
        lock (_statistics)
        {
            // The kernel's counter starts again at each reading.
            tpacket_stats statistics;
            uint length = (uint)sizeof(tpacket_stats);
            if (!_disposed && getsockopt(_socket, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) == 0)
                _drops += statistics.tp_drops;
            return _drops;
        }
    }

    public void Dispose()
    {
        lock (_statistics)
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        close(_socket);
        close(_wake);
        munmap(_ring, _ringBytes);
        NativeMemory.Free(_copies);
        NativeMemory.Free(_scratch);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }

    /// <summary>Looks at the ring for a short while before sleeping, as long as that has lately been worth it.</summary>
    private int Spin()
    {
        if (_spinCredit <= 0)
        {
            // Every eighth time tries again whether spinning pays.
            if (--_spinCredit > -8)
                return 0;
            _spinCredit = 1;
        }
        long end = TimeProvider.System.GetTimestamp() + _spinTicks;
        do
        {
            if (Volatile.Read(ref Slot(_next)->tp_status) != TP_STATUS_KERNEL)
            {
                _spinCredit = Math.Min(_spinCredit + 1, 8);
                return Collect();
            }
            Thread.SpinWait(8);
        }
        while (TimeProvider.System.GetTimestamp() < end);
        _spinCredit--;
        return 0;
    }

    private int Collect()
    {
        if (_received != 0)
            throw new InvalidOperationException("The last batch was not released.");
        int count = 0;
        int copies = 0;
        while (count < BatchSize)
        {
            tpacket2_hdr* slot = Slot(_next);
            uint status = Volatile.Read(ref slot->tp_status);
            if ((status & TP_STATUS_USER) == 0)
                break;
            if ((status & TP_STATUS_COPY) != 0 && copies == CopyBuffers)
                break;
            _batch[count++] = Read(slot, status, ref copies);
            _next = (_next + 1) & (_slots - 1);
        }
        _received = count;
        return count;
    }

    private Frame Read(tpacket2_hdr* slot, uint status, ref int copies)
    {
        var frame = new Frame
        {
            Start = (byte*)slot + slot->tp_mac,
            Length = (int)slot->tp_snaplen,
            Outgoing = ((sockaddr_ll*)((byte*)slot + AddressOffset))->sll_pkttype == PACKET_OUTGOING,
            Truncated = slot->tp_snaplen < slot->tp_len,
        };
        if ((status & TP_STATUS_COPY) != 0)
        {
            byte* copy = _copies + (copies++ * CopyBytes);
            nint length = recv(_socket, copy, CopyBytes, MSG_DONTWAIT | MSG_TRUNC);
            if (length is > VnetHeaderBytes and <= CopyBytes)
            {
                frame.Start = copy + VnetHeaderBytes;
                frame.Length = (int)length - VnetHeaderBytes;
                frame.Truncated = false;
            }
        }
        return frame;
    }

    private void Queue(byte* start, int length)
    {
        if (_queued == MaxMessages)
            Transmit();
        _vectors[_queued].iov_base = start;
        _vectors[_queued].iov_len = (nuint)length;
        _queued++;
    }

    private void Transmit()
    {
        int sent = 0;
        while (sent < _queued)
        {
            int done = sendmmsg(_socket, _messages + sent, (uint)(_queued - sent), MSG_DONTWAIT);
            if (done > 0)
            {
                sent += done;
                continue;
            }
            int error = Marshal.GetLastPInvokeError();
            if (error == EINTR)
                continue;
            // The first one was refused (no room, link down, longer than the MTU): it is lost, as on a wire. The others follow.
            SendFailures++;
            LastSendError = error;
            sent++;
        }
        _queued = 0;
        _scratchUsed = 0;
    }

    private tpacket2_hdr* Slot(int index) => (tpacket2_hdr*)(_ring + ((long)(index & (_slots - 1)) * _slotBytes));

    private static void SetOption(int descriptor, int level, int option, int value, string where) =>
        Check(setsockopt(descriptor, level, option, &value, sizeof(int)), $"{where}: setsockopt {level}/{option}");

    private static int Check(int result, string operation) =>
        result >= 0 ? result : throw new LinuxException(operation, Marshal.GetLastPInvokeError());
}
