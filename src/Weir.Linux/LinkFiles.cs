using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>The settings of a link that are files only: <c>/sys/class/net/LINK/…</c>, of a link in any namespace (Documentation/ABI/testing/sysfs-class-net).</summary>
/// <remarks>
/// sysfs shows the links of the namespace that it was mounted in. So each call mounts it anew, in a mount namespace that one thread has for itself and that
/// ends with it: nobody else sees the mount, and nothing of it stays. Needs CAP_SYS_ADMIN.
/// </remarks>
public static class LinkFiles
{
    private const string Sys = "/sys";

    /// <summary>The value without its trailing line end.</summary>
    /// <exception cref="LinuxException">ENOENT: no such link, or this kernel has no such file; EINVAL: the link gives none now (<c>speed</c> of one without a cable).</exception>
    public static string Read(NetworkNamespace ns, string link, string file) => WithSys(ns, link, file, (path, what) =>
    {
        var (text, errno) = SettingFile.Read(path);
        return errno == 0 ? text : throw new LinuxException($"read {what}", errno);
    });

    /// <summary>Sets one.</summary>
    /// <exception cref="LinuxException">ENOENT: no such link, or this kernel has no such file; EINVAL: not a value of it.</exception>
    public static void Write(NetworkNamespace ns, string link, string file, string value) => WithSys(ns, link, file, (path, what) =>
    {
        var errno = SettingFile.Write(path, value);
        return errno == 0 ? errno : throw new LinuxException($"write {value} to {what}", errno);
    });

    private static T WithSys<T>(NetworkNamespace ns, string link, string file, Func<string, string, T> action)
    {
        if (file.Split('/').Append(link).Any(part => part is "" or "." or ".." || part.Contains('/')))
            throw new ArgumentException($"'{link}', '{file}' is no file of a link: write it as eth0, queues/rx-0/rps_cpus", nameof(file));
        return ns.Run(() =>
        {
            MountForThisThread();
            return action($"{Sys}/class/net/{link}/{file}", $"{file} of {link} in {ns.Name}");
        });
    }

    private static void MountForThisThread()
    {
        const int newMountNamespace = 0x20000;
        const ulong recursive = 0x4000, slave = 0x80000;
        if (SystemCalls.unshare(newMountNamespace) != 0)
            throw LinuxException.FromLastCall("unshare the mounts", "settings of links in /sys need root, or CAP_SYS_ADMIN");
        // First that what is mounted here stays here.
        if (SystemCalls.mount("", "/", "none", slave | recursive, 0) != 0)
            throw LinuxException.FromLastCall("take the mounts from their peers");
        // EBUSY: it is the namespace's own already, as under ip netns exec.
        if (SystemCalls.mount("sysfs", Sys, "sysfs", 0, 0) != 0 && Marshal.GetLastPInvokeError() != (int)Errno.EBUSY)
            throw LinuxException.FromLastCall($"mount sysfs at {Sys}");
    }
}
