using Weir.Linux;

namespace Weir.Stack.Devices;

/// <summary>How long a device holds segments that GRO may still add to: <c>/sys/class/net/DEVICE/gro_flush_timeout</c>, put back as it was in the end.</summary>
/// <remarks>
/// A packet that is written to a TUN device goes through the kernel's IP and TCP one by one, and wakes its reader each time. With IFF_NAPI each write is
/// a poll of the device's NAPI instance, at the end of which GRO lets go of what it has; unless the device has a time for it. Then the segments of a
/// connection are put together until 64 KiB are full or one carries PSH, which ends what a stack sends at once (<see cref="TcpIp.Devices.DeviceCapabilities.HoldsUntilPush"/>):
/// nothing waits for the time itself. It is longer than the kernel's tick, since a timer that is the CPU's next one costs more than the packet.
/// </remarks>
internal sealed class HeldSegments : IDisposable
{
    private const string File = "gro_flush_timeout", None = "0", Nanoseconds = "20000000";

    private readonly NetworkNamespace _namespace;
    private readonly string _device;

    private HeldSegments(NetworkNamespace ns, string device) => (_namespace, _device) = (ns, device);

    /// <param name="held">Null: the device has a time already, and it is not ours to take away.</param>
    /// <returns>False: this process may not set it, which takes CAP_NET_ADMIN, and CAP_SYS_ADMIN to see the device's files.</returns>
    internal static bool TryStart(NetworkNamespace ns, string device, out HeldSegments? held)
    {
        held = null;
        try
        {
            if (LinkFiles.Read(ns, device, File) == None)
            {
                LinkFiles.Write(ns, device, File, Nanoseconds);
                held = new HeldSegments(ns.Duplicate(), device);
            }

            return true;
        }
        catch (LinuxException exception) when (exception.Errno is (int)Errno.EPERM or (int)Errno.EACCES)
        {
            return false;
        }
    }

    public void Dispose()
    {
        try
        {
            LinkFiles.Write(_namespace, _device, File, None);
        }
        catch (LinuxException)
        {
            // The device is gone, and its settings with it.
        }

        _namespace.Dispose();
    }
}
