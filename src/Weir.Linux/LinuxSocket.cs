using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>A socket by system calls: of families that .NET does not know (netlink, packet), opened in a namespace of choice.</summary>
/// <remarks>The socket stays in the namespace it was opened in. Sending and receiving may happen on any thread.</remarks>
public sealed unsafe class LinuxSocket : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private readonly SafeDescriptor _descriptor;

    private LinuxSocket(SafeDescriptor descriptor) => _descriptor = descriptor;

    public int Descriptor => _descriptor.Value;

    /// <summary><c>socket(2)</c> inside a namespace; SOCK_CLOEXEC is added.</summary>
    public static LinuxSocket Open(NetworkNamespace ns, int domain, int type, int protocol) => ns.RunSystemCalls(() => Open(domain, type, protocol));

    /// <summary><c>socket(2)</c> in the calling thread's namespace; SOCK_CLOEXEC is added.</summary>
    public static LinuxSocket Open(int domain, int type, int protocol)
    {
        var number = SystemCalls.socket(domain, type | CloseOnExec, protocol);
        return number >= 0 ? new LinuxSocket(new SafeDescriptor(number)) : throw LinuxException.FromLastCall($"socket({domain}, {type}, {protocol})");
    }

    /// <param name="address">The sockaddr with its family, as the kernel lays it out.</param>
    public void Bind(ReadOnlySpan<byte> address)
    {
        fixed (byte* start = address)
        {
            if (SystemCalls.bind(Descriptor, start, (uint)address.Length) != 0)
                throw LinuxException.FromLastCall("bind");
        }
    }

    /// <summary><c>getsockname(2)</c>; returns the number of bytes written.</summary>
    public int GetName(Span<byte> address)
    {
        var length = (uint)address.Length;
        fixed (byte* start = address)
        {
            if (SystemCalls.getsockname(Descriptor, start, &length) != 0)
                throw LinuxException.FromLastCall("getsockname");
        }

        return (int)length;
    }

    public void SetOption(int level, int name, int value) => SetOption(level, name, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    public void SetOption(int level, int name, ReadOnlySpan<byte> value)
    {
        if (!TrySetOption(level, name, value))
            throw LinuxException.FromLastCall($"setsockopt({level}, {name})");
    }

    /// <summary>False when the kernel refuses the option (it is older, or privilege lacks).</summary>
    public bool TrySetOption(int level, int name, int value) => TrySetOption(level, name, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    /// <inheritdoc cref="TrySetOption(int, int, int)"/>
    public bool TrySetOption(int level, int name, ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value)
            return SystemCalls.setsockopt(Descriptor, level, name, start, (uint)value.Length) == 0;
    }

    /// <summary><c>getsockopt(2)</c>: what is in <paramref name="value"/> goes in (some options ask with it) and is overwritten; returns the bytes written.</summary>
    public int GetOption(int level, int name, Span<byte> value)
    {
        var length = (uint)value.Length;
        fixed (byte* start = value)
        {
            if (SystemCalls.getsockopt(Descriptor, level, name, start, &length) != 0)
                throw LinuxException.FromLastCall($"getsockopt({level}, {name})");
        }

        return (int)Math.Min(length, (uint)value.Length);
    }

    /// <summary>Sends one message whole; an interrupted call is repeated.</summary>
    public void Send(ReadOnlySpan<byte> message)
    {
        fixed (byte* start = message)
        {
            while (SystemCalls.send(Descriptor, start, (nuint)message.Length, 0) < 0)
            {
                if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
                    throw LinuxException.FromLastCall($"send {message.Length} bytes");
            }
        }
    }

    /// <summary>Receives one message with <c>recvmsg(2)</c>; an interrupted call is repeated.</summary>
    /// <param name="buffer">Where the message goes.</param>
    /// <param name="sender">Where the sender's sockaddr goes; what it does not fill is zero.</param>
    /// <param name="truncated">MSG_TRUNC: the message was longer than the buffer and its rest is lost.</param>
    /// <returns>The bytes received; -1 when <paramref name="wait"/> is false and there is none.</returns>
    public int Receive(Span<byte> buffer, Span<byte> sender, out bool truncated, bool wait = true)
    {
        const int dontWait = 0x40;
        const int truncatedFlag = 0x20;
        sender.Clear();
        fixed (byte* start = buffer)
        fixed (byte* name = sender)
        {
            var vector = new SystemCalls.Vector { Base = start, Length = (nuint)buffer.Length };
            while (true)
            {
                var message = new SystemCalls.MessageHeader { Name = name, NameLength = (uint)sender.Length, Vectors = &vector, VectorCount = 1 };
                var count = SystemCalls.recvmsg(Descriptor, &message, wait ? 0 : dontWait);
                truncated = (message.Flags & truncatedFlag) != 0;
                if (count >= 0)
                    return (int)count;
                if (!wait && Marshal.GetLastPInvokeError() == (int)Errno.EAGAIN)
                    return -1;
                if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
                    throw LinuxException.FromLastCall("recvmsg");
            }
        }
    }

    /// <summary>Waits until there is something to receive (or an error to hear of).</summary>
    /// <returns>False when <paramref name="timeout"/> passed; it is rounded up to milliseconds, null waits for ever.</returns>
    public bool WaitReadable(TimeSpan? timeout)
    {
        const short pollIn = 1;
        var deadline = timeout is { } wait ? MonotonicClock.Now + wait : (TimeSpan?)null;
        while (true)
        {
            var left = deadline is { } end ? (int)Math.Clamp(Math.Ceiling((end - MonotonicClock.Now).TotalMilliseconds), 0, int.MaxValue) : -1;
            var entry = new SystemCalls.PollEntry { Descriptor = Descriptor, Events = pollIn };
            var ready = SystemCalls.poll(&entry, 1, left);
            if (ready >= 0)
                return ready > 0;
            if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR)
                throw LinuxException.FromLastCall("poll");
        }
    }

    /// <summary><c>ioctl(2)</c> with a structure as its argument; returns what the kernel returned, -1 never.</summary>
    internal int Control(nuint request, void* argument, string operation)
    {
        var result = SystemCalls.ioctl(Descriptor, request, argument);
        return result >= 0 ? result : throw LinuxException.FromLastCall(operation);
    }

    public void Dispose() => _descriptor.Dispose();
}
