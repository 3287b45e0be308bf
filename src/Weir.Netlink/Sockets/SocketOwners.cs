using System.Globalization;

namespace Weir.Netlink.Sockets;

/// <summary>A process that has a socket open.</summary>
/// <param name="Pid">In the reader's namespace of processes.</param>
/// <param name="Name">At most 15 bytes, as the kernel keeps it.</param>
/// <param name="Descriptor">The number by which the process knows the socket.</param>
public readonly record struct SocketOwner(int Pid, string Name, int Descriptor);

/// <summary>Which processes have which sockets open, as <c>ss -p</c> finds out: from /proc, at one moment.</summary>
public sealed class SocketOwners
{
    private readonly Dictionary<uint, List<SocketOwner>> _owners = [];

    private SocketOwners()
    {
    }

    /// <summary>Owners of the socket with this inode, by pid; empty when no process that can be seen has it.</summary>
    public IReadOnlyList<SocketOwner> this[uint inode] => _owners.TryGetValue(inode, out var owners) ? owners : [];

    /// <summary>Looks through the descriptors of all processes. Without root only those of the same user are seen.</summary>
    public static SocketOwners Read(string proc = "/proc")
    {
        var owners = new SocketOwners();
        foreach (var directory in Directory.EnumerateDirectories(proc))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                owners.Add(pid, directory);
        }

        foreach (var list in owners._owners.Values)
            list.Sort((one, other) => (one.Pid, one.Descriptor).CompareTo((other.Pid, other.Descriptor)));
        return owners;
    }

    private void Add(int pid, string directory)
    {
        try
        {
            string? name = null;
            foreach (var file in Directory.EnumerateFileSystemEntries(Path.Combine(directory, "fd")))
            {
                if (Inode(new FileInfo(file).LinkTarget) is not { } inode || !int.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor))
                    continue;
                name ??= File.ReadAllText(Path.Combine(directory, "comm")).TrimEnd('\n');
                if (!_owners.TryGetValue(inode, out var list))
                    _owners[inode] = list = [];
                list.Add(new SocketOwner(pid, name, descriptor));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process has ended meanwhile, or belongs to someone else.
        }
    }

    /// <summary><c>socket:[4711]</c></summary>
    private static uint? Inode(string? target)
    {
        const string start = "socket:[";
        return target is not null && target.StartsWith(start, StringComparison.Ordinal)
            && uint.TryParse(target.AsSpan(start.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var inode) ? inode : null;
    }
}
