using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>The names under /run/netns, made and removed the way <c>ip netns</c> does it (iproute2, ip/ipnetns.c).</summary>
internal static class NamedNamespaces
{
    private const int CloneNewNet = 0x40000000;
    private const ulong BindMount = 0x1000;
    private const ulong Recursive = 0x4000;
    private const ulong Shared = 1 << 20;
    private const int Detach = 2;

    internal static bool CanBeName(string name) =>
        name.Length is > 0 and <= 255 && name is not ("." or "..") && !name.Contains('/', StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal);

    internal static string PathOf(string name)
    {
        if (!CanBeName(name))
            throw new ArgumentException($"'{name}' can't be the name of a network namespace: 1 to 255 characters, no slash", nameof(name));
        return $"{NetworkNamespace.NamesDirectory}/{name}";
    }

    internal static IReadOnlyList<string> List()
    {
        if (!Directory.Exists(NetworkNamespace.NamesDirectory))
            return [];
        var names = Directory.EnumerateFiles(NetworkNamespace.NamesDirectory).Select(path => Path.GetFileName(path)).ToList();
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    internal static void Create(string name)
    {
        const int readOnlyCreateExclusive = 0x80000 | 0x40 | 0x80;
        var path = PathOf(name);
        ProcessRuntime.Prime();
        MakeNamesShared();
        var file = SystemCalls.open(path, readOnlyCreateExclusive, 0);
        if (file < 0)
            throw LinuxException.FromLastCall($"create namespace {name}", Hint());
        SystemCalls.close(file);
        try
        {
            NetworkNamespace.RunOnOwnThread($"new netns {name}", () => MountNew(name, path));
        }
        catch
        {
            SystemCalls.unlink(path);
            throw;
        }
    }

    internal static void Delete(string name)
    {
        var path = PathOf(name);
        // EINVAL: the name is a plain file, its mount is gone already.
        if (SystemCalls.umount2(path, Detach) != 0 && Marshal.GetLastPInvokeError() is not (int)Errno.EINVAL)
            throw LinuxException.FromLastCall($"delete namespace {name}", Hint());
        if (SystemCalls.unlink(path) != 0)
            throw LinuxException.FromLastCall($"delete namespace {name}");
    }

    private static void MountNew(string name, string path)
    {
        if (SystemCalls.unshare(CloneNewNet) != 0)
            throw LinuxException.FromLastCall($"unshare for namespace {name}", Hint());
        if (SystemCalls.mount("/proc/thread-self/ns/net", path, "none", BindMount, 0) != 0)
            throw LinuxException.FromLastCall($"mount namespace {name} at {path}");
    }

    /// <summary>
    /// The directory becomes a shared mount, so that a name deleted in one mount namespace vanishes in all of them and the network
    /// namespace can end. The lock keeps two makers from mounting the directory over itself twice.
    /// </summary>
    private static void MakeNamesShared()
    {
        const int readOnlyDirectory = 0x80000 | 0x10000;
        const int lockExclusive = 2;
        var directory = NetworkNamespace.NamesDirectory;
        if (SystemCalls.mkdir(directory, 0x1ed) != 0 && Marshal.GetLastPInvokeError() is not (int)Errno.EEXIST)
            throw LinuxException.FromLastCall($"mkdir {directory}", Hint());
        var number = SystemCalls.open(directory, readOnlyDirectory, 0);
        if (number < 0)
            throw LinuxException.FromLastCall($"open {directory}");
        using var descriptor = new SafeDescriptor(number);
        while (SystemCalls.flock(number, lockExclusive) != 0)
        {
            if (Marshal.GetLastPInvokeError() is not (int)Errno.EINTR)
                throw LinuxException.FromLastCall($"lock {directory}");
        }

        if (SystemCalls.mount("", directory, "none", Shared | Recursive, 0) == 0)
            return;
        // EINVAL: not a mount point yet.
        if (Marshal.GetLastPInvokeError() is not (int)Errno.EINVAL)
            throw LinuxException.FromLastCall($"make {directory} shared", Hint());
        if (SystemCalls.mount(directory, directory, "none", BindMount | Recursive, 0) != 0 || SystemCalls.mount("", directory, "none", Shared | Recursive, 0) != 0)
            throw LinuxException.FromLastCall($"make {directory} a shared mount");
    }

    private static string Hint() => Marshal.GetLastPInvokeError() switch
    {
        (int)Errno.EPERM or (int)Errno.EACCES => "named namespaces need root, or CAP_SYS_ADMIN",
        (int)Errno.ENOENT => "there is no such name; ListNamed shows those that are",
        (int)Errno.EEXIST => "the name is taken",
        _ => "",
    };
}
