using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Linux;

/// <summary>Open descriptors sent to another process over a Unix socket, unix(7): SCM_RIGHTS. So a process hands over a namespace, a tunnel or a listener that the other may not open.</summary>
public static unsafe class DescriptorPassing
{
    /// <summary>The kernel passes no more at once (include/net/scm.h, SCM_MAX_FD).</summary>
    public const int Most = 253;

    private const int SOL_SOCKET = 1, SCM_RIGHTS = 1;
    private const int MSG_CTRUNC = 0x08, MSG_NOSIGNAL = 0x4000, MSG_CMSG_CLOEXEC = 0x40000000;

    /// <summary>struct cmsghdr, then the descriptors as ints.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }

    /// <summary>Sends descriptors with at least one byte of data, which they travel with. They stay open here.</summary>
    /// <param name="socket">A connected Unix socket; it may be blocking or not.</param>
    /// <exception cref="LinuxException">EPIPE: nobody is at the other end; EAGAIN: a non-blocking socket is full.</exception>
    public static void Send(Socket socket, ReadOnlySpan<byte> data, params ReadOnlySpan<SafeHandle> descriptors)
    {
        ArgumentOutOfRangeException.ThrowIfZero(data.Length, nameof(data));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, Most, nameof(descriptors));
        var held = 0;
        try
        {
            Span<byte> control = stackalloc byte[SpaceFor(descriptors.Length)];
            control.Clear();
            MemoryMarshal.Write(control, new ControlHeader { Length = (nuint)(sizeof(ControlHeader) + (sizeof(int) * descriptors.Length)), Level = SOL_SOCKET, Type = SCM_RIGHTS });
            foreach (var descriptor in descriptors)
            {
                var added = false;
                descriptor.DangerousAddRef(ref added);
                MemoryMarshal.Write(control[(sizeof(ControlHeader) + (sizeof(int) * held))..], (int)descriptor.DangerousGetHandle());
                held++;
            }

            SendMessage(socket, data, descriptors.IsEmpty ? default : control);
        }
        finally
        {
            foreach (var descriptor in descriptors[..held])
                descriptor.DangerousRelease();
        }
    }

    /// <summary>Receives one message and the descriptors that came with it, which are the caller's to close.</summary>
    /// <param name="most">More than this many are an error: the kernel has then closed the rest.</param>
    /// <returns>How many bytes came (0: the other end has closed), and the descriptors, close-on-exec.</returns>
    /// <exception cref="LinuxException">EMSGSIZE: more descriptors came than <paramref name="most"/>; none is left open.</exception>
    public static (int Count, IReadOnlyList<SafeFileHandle> Descriptors) Receive(Socket socket, Span<byte> data, int most = 1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)most, (uint)Most, nameof(most));
        Span<byte> control = stackalloc byte[SpaceFor(most)];
        control.Clear();
        nint count;
        SystemCalls.MessageHeader message;
        fixed (byte* start = data, controlStart = control)
        {
            var vector = new SystemCalls.Vector { Base = start, Length = (nuint)data.Length };
            message = new SystemCalls.MessageHeader { Vectors = &vector, VectorCount = 1, Control = controlStart, ControlLength = (nuint)control.Length };
            do
            {
                count = SystemCalls.recvmsg((int)socket.Handle, &message, MSG_CMSG_CLOEXEC);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == (int)Errno.EINTR);
        }

        if (count < 0)
            throw LinuxException.FromLastCall("receive descriptors");
        var descriptors = Read(control[..(int)Math.Min(message.ControlLength, (nuint)control.Length)]);
        if ((message.Flags & MSG_CTRUNC) == 0 && descriptors.Count <= most)
            return ((int)count, descriptors);
        descriptors.ForEach(descriptor => descriptor.Dispose());
        throw new LinuxException("receive descriptors", (int)Errno.EMSGSIZE, $"more than {most} came");
    }

    private static int SpaceFor(int descriptors) => sizeof(ControlHeader) + ((sizeof(int) * descriptors) + 7) / 8 * 8;

    private static void SendMessage(Socket socket, ReadOnlySpan<byte> data, ReadOnlySpan<byte> control)
    {
        fixed (byte* start = data, controlStart = control)
        {
            var vector = new SystemCalls.Vector { Base = start, Length = (nuint)data.Length };
            var message = new SystemCalls.MessageHeader { Vectors = &vector, VectorCount = 1, Control = controlStart, ControlLength = (nuint)control.Length };
            nint sent;
            do
            {
                sent = SystemCalls.sendmsg((int)socket.Handle, &message, MSG_NOSIGNAL);
            }
            while (sent < 0 && Marshal.GetLastPInvokeError() == (int)Errno.EINTR);

            if (sent < 0)
                throw LinuxException.FromLastCall("send descriptors");
            if (sent != data.Length)
                throw new LinuxException("send descriptors", (int)Errno.EMSGSIZE, $"only {sent} of {data.Length} bytes went out");
        }
    }

    private static List<SafeFileHandle> Read(ReadOnlySpan<byte> control)
    {
        List<SafeFileHandle> descriptors = [];
        while (control.Length >= sizeof(ControlHeader))
        {
            var header = MemoryMarshal.Read<ControlHeader>(control);
            var length = (int)Math.Min(header.Length, (nuint)control.Length);
            if (length < sizeof(ControlHeader))
                break;
            if (header.Level == SOL_SOCKET && header.Type == SCM_RIGHTS)
            {
                foreach (var number in MemoryMarshal.Cast<byte, int>(control[sizeof(ControlHeader)..length]))
                    descriptors.Add(new SafeFileHandle(number, ownsHandle: true));
            }

            control = control[Math.Min((length + 7) / 8 * 8, control.Length)..];
        }

        return descriptors;
    }
}
