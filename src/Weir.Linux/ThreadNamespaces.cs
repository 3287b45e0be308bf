namespace Weir.Linux;

/// <summary>A thread of this process and the network namespace that it is in.</summary>
/// <param name="ThreadId">The kernel's number of the thread.</param>
/// <param name="ThreadName">The first 15 characters of its name.</param>
/// <param name="Inode">The namespace's inode, see <see cref="NetworkNamespace.Inode"/>.</param>
public sealed record ThreadNamespace(int ThreadId, string ThreadName, ulong Inode);

/// <summary>Which namespace each thread of this process is in, from /proc/self/task: the proof that none has stayed in a foreign one.</summary>
public static class ThreadNamespaces
{
    /// <summary>All threads that are alive while it reads, by number.</summary>
    public static IReadOnlyList<ThreadNamespace> List()
    {
        var threads = new List<ThreadNamespace>();
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                var link = new FileInfo($"{task}/ns/net").LinkTarget;
                if (link is null || !link.StartsWith("net:[", StringComparison.Ordinal))
                    continue;
                var name = File.ReadAllText($"{task}/comm").TrimEnd('\n');
                threads.Add(new ThreadNamespace(int.Parse(Path.GetFileName(task)), name, ulong.Parse(link.AsSpan(5).TrimEnd(']'))));
            }
            catch (IOException)
            {
                // The thread ended while it was looked at.
            }
        }

        threads.Sort((a, b) => a.ThreadId.CompareTo(b.ThreadId));
        return threads;
    }

    /// <summary>The threads that are in another namespace than the process's first thread.</summary>
    public static IReadOnlyList<ThreadNamespace> ListStrays()
    {
        var threads = List();
        var home = threads.First(thread => thread.ThreadId == Environment.ProcessId).Inode;
        return [.. threads.Where(thread => thread.Inode != home)];
    }
}
