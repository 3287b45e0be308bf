namespace Weir.Linux;

/// <summary>An open network namespace.</summary>
public sealed class NetworkNamespace : IDisposable
{
    /// <summary>Where <c>ip netns</c> keeps its names.</summary>
    public const string NamesDirectory = "/run/netns";

    /// <summary>The namespace for messages: <c>web</c>, <c>pid 4711</c>, <c>host</c>.</summary>
    public string Name => throw new NotImplementedException();

    /// <summary>The open descriptor of the namespace file.</summary>
    public int Descriptor => throw new NotImplementedException();

    /// <summary>The namespace's inode number on nsfs: two handles with equal inodes are the same namespace.</summary>
    public ulong Inode => throw new NotImplementedException();

    public static NetworkNamespace OpenCurrent() => throw new NotImplementedException();

    /// <summary>As <c>ip netns exec NAME</c> finds it.</summary>
    public static NetworkNamespace OpenNamed(string name) => throw new NotImplementedException();

    public static NetworkNamespace OpenPid(int pid) => throw new NotImplementedException();

    public static NetworkNamespace OpenPath(string path) => throw new NotImplementedException();

    /// <summary>As <c>ip netns add NAME</c>: a new namespace, bind-mounted under <see cref="NamesDirectory"/>.</summary>
    public static void CreateNamed(string name) => throw new NotImplementedException();

    /// <summary>As <c>ip netns delete NAME</c>.</summary>
    public static void DeleteNamed(string name) => throw new NotImplementedException();

    public static bool NamedExists(string name) => throw new NotImplementedException();

    public static IReadOnlyList<string> ListNamed() => throw new NotImplementedException();

    /// <summary>Runs <paramref name="action"/> inside the namespace, on a thread of its own that ends afterwards.</summary>
    public T Run<T>(Func<T> action) => throw new NotImplementedException();

    public void Run(Action action) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
