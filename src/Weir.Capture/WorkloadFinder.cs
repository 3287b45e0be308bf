using Weir.Linux;

namespace Weir.Capture;

/// <summary>Finds a workload's namespace again: by its path, or, when the path is gone, by its inode among names and processes.</summary>
internal static class WorkloadFinder
{
    /// <summary>Null when the namespace is gone, or can't be reached any more.</summary>
    public static NetworkNamespace? Find(string path, ulong inode)
    {
        if (TryOpen(path) is { } named)
        {
            if (named.Inode == inode)
                return named;
            named.Dispose();
        }

        foreach (string other in NetworkNamespace.ListNamed().Select(name => Path.Combine(NetworkNamespace.NamesDirectory, name)).Concat(Processes()))
        {
            if (TryOpen(other) is not { } ns)
                continue;
            if (ns.Inode == inode)
                return ns;
            ns.Dispose();
        }

        return null;
    }

    private static IEnumerable<string> Processes() =>
        Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])).Select(path => $"{path}/ns/net");

    private static NetworkNamespace? TryOpen(string path)
    {
        try
        {
            return NetworkNamespace.OpenPath(path);
        }
        catch (LinuxException)
        {
            return null;
        }
    }
}
