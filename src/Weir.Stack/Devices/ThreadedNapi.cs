using Weir.Linux;

namespace Weir.Stack.Devices;

/// <summary>The kernel thread of a device that takes what a stack sends: <c>/sys/class/net/DEVICE/threaded</c>, put back as it was in the end.</summary>
/// <remarks>
/// A packet that is written to a TUN device goes through the kernel's IP and TCP one by one, on the writer's CPU. With IFF_NAPI and a thread for it the
/// write ends as soon as the packet is queued; the thread finds several, and GRO makes one of those of a connection. Without the thread each write is a
/// poll of its own, so nothing is put together and it all costs more than before: the one is not used without the other.
/// </remarks>
internal sealed class ThreadedNapi : IDisposable
{
    private const string File = "threaded", Off = "0", On = "1";

    private readonly NetworkNamespace _namespace;
    private readonly string _device;

    private ThreadedNapi(NetworkNamespace ns, string device) => (_namespace, _device) = (ns, device);

    /// <summary>Null: there is one already, and it is not ours to take away.</summary>
    /// <exception cref="LinuxException">ENOENT: the kernel has none (before 5.12); EPERM: it takes CAP_SYS_ADMIN.</exception>
    internal static ThreadedNapi? Start(NetworkNamespace ns, string device)
    {
        try
        {
            if (LinkFiles.Read(ns, device, File) != Off)
                return null;
        }
        catch (LinuxException exception) when (exception.Errno == (int)Errno.ENOENT)
        {
            throw new LinuxException($"start a NAPI thread of {device}", (int)Errno.ENOENT, "this kernel has no threaded NAPI, Linux 5.12 has");
        }

        LinkFiles.Write(ns, device, File, On);
        return new ThreadedNapi(ns.Duplicate(), device);
    }

    public void Dispose()
    {
        try
        {
            LinkFiles.Write(_namespace, _device, File, Off);
        }
        catch (LinuxException)
        {
            // The device is gone, and its thread with it.
        }

        _namespace.Dispose();
    }
}
