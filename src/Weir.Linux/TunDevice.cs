using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Linux;

/// <summary>IP packets (TUN) or Ethernet frames (TAP).</summary>
public enum TunMode
{
    Tun = 1,
    Tap = 2,
}

/// <summary>How a TUN or TAP device is made or opened: <c>ip tuntap add</c>.</summary>
public sealed record TunOptions
{
    /// <summary>At most 15 characters; <c>tun%d</c> lets the kernel choose the number, and so does an empty name.</summary>
    public string Name { get; init; } = "";
    public TunMode Mode { get; init; } = TunMode.Tun;
    /// <summary>IFF_MULTI_QUEUE: the device may be opened several times, once for each queue. EINVAL when it was made the other way.</summary>
    public bool MultiQueue { get; init; }
    /// <summary>IFF_VNET_HDR: a struct virtio_net_hdr before each packet.</summary>
    public bool VnetHeader { get; init; }
    /// <summary>Four bytes of flags and protocol before each packet (without IFF_NO_PI).</summary>
    public bool PacketInformation { get; init; }
    /// <summary>IFF_NAPI: what this descriptor writes goes to the network by way of a NAPI instance, where GRO puts segments together (Linux 4.15).</summary>
    public bool Napi { get; init; }
    /// <summary>IFF_TUN_EXCL: EBUSY when the device is there already.</summary>
    public bool Exclusive { get; init; }
    /// <summary>The user who may open it without CAP_NET_ADMIN; null: not said.</summary>
    public uint? Owner { get; init; }
    public uint? Group { get; init; }
    /// <summary>The device outlives its descriptor, until <see cref="TunDevice.Delete"/>.</summary>
    public bool Persistent { get; init; }
    /// <summary>O_NONBLOCK: for <see cref="TunDevice.TryRead"/> and <see cref="TunDevice.TryWrite"/>.</summary>
    public bool NonBlocking { get; init; }
}

/// <summary>What the kernel may hand over or take undone, with <see cref="TunOptions.VnetHeader"/> (TUN_F_ of include/uapi/linux/if_tun.h).</summary>
[Flags]
public enum TunOffloads : uint
{
    None = 0,
    TUN_F_CSUM = 1,
    TUN_F_TSO4 = 2,
    TUN_F_TSO6 = 4,
    TUN_F_TSO_ECN = 8,
    TUN_F_USO4 = 0x20,
    TUN_F_USO6 = 0x40,
}

/// <summary>An open queue of a TUN or TAP device. Without <see cref="TunOptions.Persistent"/> the device goes with its last descriptor.</summary>
public sealed unsafe class TunDevice : IDisposable
{
    private const string Path = "/dev/net/tun";
    private const int NameLength = 16;

    private readonly SafeDescriptor _descriptor;

    private TunDevice(SafeDescriptor descriptor, string name) => (_descriptor, Name) = (descriptor, name);

    /// <summary>include/uapi/linux/if_tun.h.</summary>
    private enum Request : uint
    {
        TUNSETIFF = 0x400454ca,
        TUNSETPERSIST = 0x400454cb,
        TUNSETOWNER = 0x400454cc,
        TUNSETGROUP = 0x400454ce,
        TUNSETOFFLOAD = 0x400454d0,
        TUNSETSNDBUF = 0x400454d4,
        TUNSETVNETHDRSZ = 0x400454d8,
        TUNSETQUEUE = 0x400454d9,
        TUNSETCARRIER = 0x400454e2,
    }

    [Flags]
    private enum InterfaceFlags : ushort
    {
        IFF_ATTACH_QUEUE = 0x200,
        IFF_DETACH_QUEUE = 0x400,
        IFF_NAPI = 0x10,
        IFF_MULTI_QUEUE = 0x100,
        IFF_NO_PI = 0x1000,
        IFF_VNET_HDR = 0x4000,
        IFF_TUN_EXCL = 0x8000,
    }

    /// <summary>The device's name, as the kernel completed it.</summary>
    public string Name { get; }

    public int Descriptor => _descriptor.Value;

    /// <summary>Opens a device in a namespace, and makes it when it is not there.</summary>
    /// <exception cref="LinuxException">EBUSY: it is open and has one queue; EINVAL: it is of the other kind, or was made with other options;
    /// ENOENT: this kernel has no <c>/dev/net/tun</c>.</exception>
    public static TunDevice Open(NetworkNamespace ns, TunOptions options) => ns.Run(() => Open(options));

    /// <summary><c>ip tuntap add</c>: makes a persistent device and closes it.</summary>
    public static void Create(NetworkNamespace ns, TunOptions options)
    {
        using var device = Open(ns, options with { Persistent = true, Exclusive = true });
    }

    /// <summary><c>ip tuntap delete</c>: a persistent device of that name and kind goes, as soon as no one has it open.</summary>
    public static void Delete(NetworkNamespace ns, TunOptions options)
    {
        using var device = Open(ns, options with { Persistent = false, Exclusive = false, Owner = null, Group = null });
        device.SetPersistent(false);
    }

    /// <summary>TUNSETPERSIST: whether the device stays when its last descriptor is closed.</summary>
    public void SetPersistent(bool persistent) => Control(Request.TUNSETPERSIST, persistent ? 1u : 0, "make persistent");

    public void SetOwner(uint user) => Control(Request.TUNSETOWNER, user, "set the owner of");

    public void SetGroup(uint group) => Control(Request.TUNSETGROUP, group, "set the group of");

    /// <summary>TUNSETOFFLOAD. EINVAL: this kernel does not know one of them.</summary>
    public void SetOffloads(TunOffloads offloads) => Control(Request.TUNSETOFFLOAD, (nuint)offloads, "set offloads of");

    /// <summary>TUNSETVNETHDRSZ: 10, or 12 with the number of buffers.</summary>
    public void SetVnetHeaderSize(int size) => ControlWithNumber(Request.TUNSETVNETHDRSZ, size, "set the virtio header of");

    /// <summary>TUNSETSNDBUF: how many bytes may wait between a write and the network; the default is without limit.</summary>
    public void SetSendBuffer(int bytes) => ControlWithNumber(Request.TUNSETSNDBUF, bytes, "set the send buffer of");

    /// <summary>TUNSETCARRIER: whether the device seems to have a cable.</summary>
    public void SetCarrier(bool on) => ControlWithNumber(Request.TUNSETCARRIER, on ? 1 : 0, "set the carrier of");

    /// <summary>TUNSETQUEUE: takes this descriptor's queue out of use, or back into it.</summary>
    public void SetQueue(bool attached)
    {
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        MemoryMarshal.Write(new Span<byte>(request + NameLength, 2), (ushort)(attached ? InterfaceFlags.IFF_ATTACH_QUEUE : InterfaceFlags.IFF_DETACH_QUEUE));
        if (SystemCalls.ioctl(Descriptor, (nuint)Request.TUNSETQUEUE, request) != 0)
            throw LinuxException.FromLastCall($"{(attached ? "attach" : "detach")} a queue of {Name}");
    }

    /// <summary>Takes one packet, waiting for it; returns its length, cut to the buffer's.</summary>
    public int Read(Span<byte> packet)
    {
        fixed (byte* start = packet)
        {
            while (true)
            {
                var count = SystemCalls.read(Descriptor, start, (nuint)packet.Length);
                if (count >= 0)
                    return (int)count;
                if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
                    throw LinuxException.FromLastCall($"read {Name}");
            }
        }
    }

    /// <summary>Hands one packet to the kernel.</summary>
    public void Write(ReadOnlySpan<byte> packet)
    {
        fixed (byte* start = packet)
        {
            while (SystemCalls.write(Descriptor, start, (nuint)packet.Length) < 0)
            {
                if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
                    throw LinuxException.FromLastCall($"write {packet.Length} bytes to {Name}");
            }
        }
    }

    /// <summary>Takes one packet if there is one; of a device that was opened with <see cref="TunOptions.NonBlocking"/>.</summary>
    /// <returns>Its length, cut to the buffer's; -1: there is none.</returns>
    /// <exception cref="LinuxException">EBADFD or EIO: the device is gone.</exception>
    public int TryRead(Span<byte> packet)
    {
        fixed (byte* start = packet)
        {
            while (true)
            {
                var count = SystemCalls.read(Descriptor, start, (nuint)packet.Length);
                if (count >= 0)
                    return (int)count;
                var error = Marshal.GetLastPInvokeError();
                if (error == (int)Errno.EAGAIN)
                    return -1;
                if (error != (int)Errno.EINTR)
                    throw LinuxException.FromLastCall($"read {Name}");
            }
        }
    }

    /// <summary>Hands one packet to the kernel, if it takes it.</summary>
    /// <returns>0, or the error: EIO when the device is down, EINVAL when the header before the packet is wrong, EAGAIN and ENOBUFS when there is no room.</returns>
    public int TryWrite(ReadOnlySpan<byte> packet)
    {
        fixed (byte* start = packet)
        {
            while (SystemCalls.write(Descriptor, start, (nuint)packet.Length) < 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error != (int)Errno.EINTR)
                    return error;
            }
        }

        return 0;
    }

    /// <summary>As <see cref="TryWrite(ReadOnlySpan{byte})"/>, of a packet that lies in three pieces (writev(2)).</summary>
    public int TryWrite(ReadOnlySpan<byte> head, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        fixed (byte* headStart = head, firstStart = first, secondStart = second)
        {
            var vectors = stackalloc SystemCalls.Vector[3];
            vectors[0] = new SystemCalls.Vector { Base = headStart, Length = (nuint)head.Length };
            vectors[1] = new SystemCalls.Vector { Base = firstStart, Length = (nuint)first.Length };
            vectors[2] = new SystemCalls.Vector { Base = secondStart, Length = (nuint)second.Length };
            while (SystemCalls.writev(Descriptor, vectors, second.IsEmpty ? 2 : 3) < 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error != (int)Errno.EINTR)
                    return error;
            }
        }

        return 0;
    }

    /// <summary>Waits until there is a packet to read, until <paramref name="wake"/> is signalled, or until the time is over.</summary>
    /// <param name="wake">Signalled by other threads; it stays signalled until <see cref="WakeEvent.Clear"/>.</param>
    /// <param name="timeout">Null: for ever.</param>
    /// <returns>Whether <paramref name="wake"/> was signalled.</returns>
    public bool Wait(WakeEvent wake, TimeSpan? timeout)
    {
        const short pollIn = 1;
        var entries = stackalloc SystemCalls.PollEntry[2];
        entries[0] = new SystemCalls.PollEntry { Descriptor = Descriptor, Events = pollIn };
        entries[1] = new SystemCalls.PollEntry { Descriptor = wake.Descriptor, Events = pollIn };
        var ticks = Math.Max(timeout.GetValueOrDefault().Ticks, 0);
        var time = new SystemCalls.TimeSpec { Seconds = ticks / TimeSpan.TicksPerSecond, Nanoseconds = ticks % TimeSpan.TicksPerSecond * 100 };
        // EINTR is an early end: whoever waits looks again.
        if (SystemCalls.ppoll(entries, 2, timeout is null ? null : &time, null) < 0 && Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
            throw LinuxException.FromLastCall($"poll {Name}");
        return entries[1].Returned != 0;
    }

    public void Dispose() => _descriptor.Dispose();

    private static TunDevice Open(TunOptions options)
    {
        const int readWriteCloseOnExec = 0x80002, nonBlocking = 0x800;
        if (Encoding.UTF8.GetByteCount(options.Name) >= NameLength)
            throw new LinuxException($"open {options.Name}", (int)Errno.ENAMETOOLONG, "a link's name has at most 15 characters");
        var number = SystemCalls.open(Path, readWriteCloseOnExec | (options.NonBlocking ? nonBlocking : 0), 0);
        if (number < 0)
            throw LinuxException.FromLastCall($"open {Path}", Marshal.GetLastPInvokeError() == (int)Errno.EACCES ? "its file is for others; for all users it has mode 666" : "CONFIG_TUN, or its module, or the device file is missing");
        var descriptor = new SafeDescriptor(number);
        try
        {
            var device = new TunDevice(descriptor, SetInterface(number, options));
            if (options.Owner is { } owner)
                device.SetOwner(owner);
            if (options.Group is { } group)
                device.SetGroup(group);
            if (options.Persistent)
                device.SetPersistent(true);
            return device;
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>TUNSETIFF: struct ifreq, 40 bytes: the name in 16, then u16 flags. The kernel writes the whole name back.</summary>
    private static string SetInterface(int descriptor, TunOptions options)
    {
        var flags = (ushort)options.Mode
            | (options.PacketInformation ? 0 : (ushort)InterfaceFlags.IFF_NO_PI)
            | (options.MultiQueue ? (ushort)InterfaceFlags.IFF_MULTI_QUEUE : 0)
            | (options.VnetHeader ? (ushort)InterfaceFlags.IFF_VNET_HDR : 0)
            | (options.Napi ? (ushort)InterfaceFlags.IFF_NAPI : 0)
            | (options.Exclusive ? (ushort)InterfaceFlags.IFF_TUN_EXCL : 0);
        var request = stackalloc byte[40];
        var bytes = new Span<byte>(request, 40);
        bytes.Clear();
        Encoding.UTF8.GetBytes(options.Name, bytes[..(NameLength - 1)]);
        MemoryMarshal.Write(bytes[NameLength..], (ushort)flags);
        if (SystemCalls.ioctl(descriptor, (nuint)Request.TUNSETIFF, request) != 0)
            throw LinuxException.FromLastCall($"open {options.Mode.ToString().ToLowerInvariant()} device {options.Name}");
        var end = bytes[..NameLength].IndexOf((byte)0);
        return Encoding.UTF8.GetString(bytes[..(end < 0 ? NameLength : end)]);
    }

    private void Control(Request request, nuint value, string verb)
    {
        if (SystemCalls.ioctl(Descriptor, (nuint)request, (void*)value) != 0)
            throw LinuxException.FromLastCall($"{verb} {Name}");
    }

    private void ControlWithNumber(Request request, int value, string verb)
    {
        if (SystemCalls.ioctl(Descriptor, (nuint)request, &value) != 0)
            throw LinuxException.FromLastCall($"{verb} {Name}");
    }
}
