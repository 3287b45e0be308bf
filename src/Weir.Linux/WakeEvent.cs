using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>An eventfd(2), by which any thread wakes one that waits in poll(2).</summary>
public sealed unsafe class WakeEvent : IDisposable
{
    private readonly SafeDescriptor _descriptor;

    public WakeEvent()
    {
        const int nonBlockingCloseOnExec = 0x80800;
        var number = SystemCalls.eventfd(0, nonBlockingCloseOnExec);
        _descriptor = number >= 0 ? new SafeDescriptor(number) : throw LinuxException.FromLastCall("eventfd");
    }

    public int Descriptor => _descriptor.Value;

    /// <summary>Wakes whoever waits, or the next one who would. Many signals before a <see cref="Clear"/> are one.</summary>
    public void Signal()
    {
        ulong one = 1;
        while (SystemCalls.write(Descriptor, (byte*)&one, sizeof(ulong)) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            // EAGAIN: the counter is full, and so it is signalled.
            if (error == (int)Errno.EAGAIN)
                return;
            if (error != (int)Errno.EINTR)
                throw LinuxException.FromLastCall("write an eventfd");
        }
    }

    /// <summary>Takes the signals that have come; true when there were any.</summary>
    public bool Clear()
    {
        ulong count;
        while (SystemCalls.read(Descriptor, (byte*)&count, sizeof(ulong)) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == (int)Errno.EAGAIN)
                return false;
            if (error != (int)Errno.EINTR)
                throw LinuxException.FromLastCall("read an eventfd");
        }

        return true;
    }

    public void Dispose() => _descriptor.Dispose();
}
