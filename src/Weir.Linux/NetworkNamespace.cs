using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>An open network namespace.</summary>
/// <remarks>
/// Namespaces belong to threads, and a thread is born in its creator's. So the only way in is <see cref="Run(Action)"/>, on a thread that
/// ends afterwards; a socket that is opened there stays in the namespace and may be used from any thread.
/// </remarks>
public sealed class NetworkNamespace : IDisposable
{
    /// <summary>Where <c>ip netns</c> keeps its names.</summary>
    public const string NamesDirectory = "/run/netns";

    private const int CloneNewNet = 0x40000000;
    private const nuint GetNamespaceType = 0xb703;

    private readonly SafeDescriptor _descriptor;

    private NetworkNamespace(string name, SafeDescriptor descriptor, ulong inode)
    {
        Name = name;
        _descriptor = descriptor;
        Inode = inode;
    }

    /// <summary>The namespace for messages: <c>web</c>, <c>pid 4711</c>, <c>host</c>.</summary>
    public string Name { get; }

    /// <summary>The open descriptor of the namespace file.</summary>
    public int Descriptor => _descriptor.Value;

    /// <summary>The namespace's inode number on nsfs: two handles with equal inodes are the same namespace.</summary>
    public ulong Inode { get; }

    /// <summary>The namespace of the calling thread; named <c>host</c> when it is the one that the process was started in.</summary>
    public static NetworkNamespace OpenCurrent()
    {
        using var main = Open("host", "/proc/self/ns/net");
        var current = Open("current", "/proc/thread-self/ns/net");
        if (current.Inode != main.Inode)
            return current;
        current.Dispose();
        return Open("host", "/proc/thread-self/ns/net");
    }

    /// <summary>As <c>ip netns exec NAME</c> finds it.</summary>
    public static NetworkNamespace OpenNamed(string name) => Open(name, NamedNamespaces.PathOf(name));

    public static NetworkNamespace OpenPid(int pid) => Open($"pid {pid}", $"/proc/{pid}/ns/net");

    /// <summary>Opens a file of nsfs: <c>/run/netns/web</c>, <c>/proc/4711/ns/net</c>, a container runtime's bind mount.</summary>
    public static NetworkNamespace OpenPath(string path) => Open(NameOf(path), path);

    /// <summary>A namespace by an open descriptor of its file, for instance one that came over a socket (<see cref="DescriptorPassing"/>). It is duplicated: the caller's stays the caller's.</summary>
    /// <exception cref="LinuxException">EINVAL: the descriptor is of something else.</exception>
    public static NetworkNamespace OpenDescriptor(SafeHandle descriptor, string name)
    {
        var added = false;
        descriptor.DangerousAddRef(ref added);
        try
        {
            return Duplicate((int)descriptor.DangerousGetHandle(), name);
        }
        finally
        {
            descriptor.DangerousRelease();
        }
    }

    /// <summary>A handle of its own to the same namespace, for someone who needs it for longer.</summary>
    public NetworkNamespace Duplicate() => Duplicate(Descriptor, Name);

    /// <summary>As <c>ip netns add NAME</c>: a new namespace, bind-mounted under <see cref="NamesDirectory"/>.</summary>
    public static void CreateNamed(string name) => NamedNamespaces.Create(name);

    /// <summary>As <c>ip netns delete NAME</c>.</summary>
    public static void DeleteNamed(string name) => NamedNamespaces.Delete(name);

    /// <summary>Whether there is a namespace of this name; what can be no name is none.</summary>
    public static bool NamedExists(string name) => NamedNamespaces.CanBeName(name) && File.Exists(NamedNamespaces.PathOf(name));

    /// <summary>All names under <see cref="NamesDirectory"/>, in ordinal order.</summary>
    public static IReadOnlyList<string> ListNamed() => NamedNamespaces.List();

    /// <summary>Hands the namespace to the process at the other end of a Unix socket, which needs no right to open it by itself, only the one to enter it.</summary>
    public void SendTo(Socket socket) => DescriptorPassing.Send(socket, "netns"u8, _descriptor);

    /// <summary>Takes a namespace that <see cref="SendTo"/> (or any SCM_RIGHTS message with one descriptor) hands over.</summary>
    /// <exception cref="LinuxException">EINVAL: something else came.</exception>
    public static NetworkNamespace ReceiveFrom(Socket socket, string name)
    {
        Span<byte> data = stackalloc byte[64];
        var (_, descriptors) = DescriptorPassing.Receive(socket, data);
        if (descriptors.Count == 0)
            throw new LinuxException($"receive namespace {name}", (int)Errno.EINVAL, "no descriptor came");
        using var descriptor = descriptors[0];
        return OpenDescriptor(descriptor, name);
    }

    /// <summary>Runs <paramref name="action"/> inside the namespace, on a thread of its own that ends afterwards.</summary>
    /// <remarks>What the action throws is thrown here, unchanged. The action may call <see cref="Run{T}"/> of another namespace.
    /// It must not start tasks, timers or threads that outlive it: they would be born in the namespace and stay there.</remarks>
    public T Run<T>(Func<T> action)
    {
        ProcessRuntime.Prime();
        var result = default(T);
        RunOnOwnThread($"netns {Name}", () =>
        {
            Enter();
            result = action();
        });
        return result!;
    }

    /// <inheritdoc cref="Run{T}"/>
    public void Run(Action action) => Run<object?>(() =>
    {
        action();
        return null;
    });

    /// <summary>As <see cref="Run{T}"/>, for system calls and nothing else: .NET starts none of its own threads in them, so these need not run already.</summary>
    /// <remarks>In the calling thread's own namespace it is a plain call. Whoever only opens a socket is spared most of a program's start.</remarks>
    internal T RunSystemCalls<T>(Func<T> action)
    {
        if (IsCurrent())
            return action();
        var result = default(T);
        RunOnOwnThread($"netns {Name}", () =>
        {
            Enter();
            result = action();
        });
        return result!;
    }

    /// <summary>Replaces this process by <paramref name="program"/>, inside the namespace: <c>setns(2)</c>, then <c>execve(2)</c>.</summary>
    /// <param name="program">An absolute path; nothing is searched.</param>
    /// <param name="arguments">The arguments after the program's own name.</param>
    /// <remarks>Returns only by an exception. All other threads of the process end. The environment is kept; SIGPIPE, which .NET ignores, is
    /// set back to its default, since ignored signals are inherited.</remarks>
    [DoesNotReturn]
    public unsafe void EnterAndExec(string program, IReadOnlyList<string> arguments)
    {
        const int sigPipe = 13;
        using var argv = new NativeStrings([program, .. arguments]);
        using var envp = new NativeStrings(EnvironmentStrings());
        Enter();
        SystemCalls.signal(sigPipe, 0);
        SystemCalls.execve(program, argv.Pointers, envp.Pointers);
        throw LinuxException.FromLastCall($"execve {program}");
    }

    public void Dispose() => _descriptor.Dispose();

    /// <summary>Runs on a named thread of its own, waits for its end, and throws here what was thrown there.</summary>
    internal static void RunOnOwnThread(string threadName, Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var home = Open("home", "/proc/thread-self/ns/net");
                try
                {
                    action();
                }
                finally
                {
                    // The kernel's thread lives a little longer than Join waits. Back home it holds nothing; should that fail, its end does the same.
                    _ = SystemCalls.setns(home.Descriptor, CloneNewNet);
                }
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        { IsBackground = true, Name = threadName };
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static NetworkNamespace Duplicate(int descriptor, string name)
    {
        const int duplicateCloseOnExec = 1030;
        var number = SystemCalls.fcntl(descriptor, duplicateCloseOnExec, 0);
        return number >= 0 ? OfDescriptor(name, new SafeDescriptor(number), name) : throw LinuxException.FromLastCall($"duplicate the descriptor of namespace {name}");
    }

    private bool IsCurrent()
    {
        using var current = Open("current", "/proc/thread-self/ns/net");
        return current.Inode == Inode;
    }

    private void Enter()
    {
        if (SystemCalls.setns(Descriptor, CloneNewNet) == 0)
            return;
        var failure = LinuxException.FromLastCall($"setns {Name}", "entering a network namespace needs root, or CAP_SYS_ADMIN here and in its owner");
        // A process without that right is still in its own.
        if (!IsCurrent())
            throw failure;
    }

    private static unsafe NetworkNamespace Open(string name, string path)
    {
        const int readOnlyCloseOnExec = 0x80000;
        var number = SystemCalls.open(path, readOnlyCloseOnExec, 0);
        if (number < 0)
            throw LinuxException.FromLastCall($"open namespace {path}");
        return OfDescriptor(name, new SafeDescriptor(number), path);
    }

    private static unsafe NetworkNamespace OfDescriptor(string name, SafeDescriptor descriptor, string path)
    {
        try
        {
            // A name without its bind mount (after a reboot of /run, or half-made) is a plain file.
            if (SystemCalls.ioctl(descriptor.Value, GetNamespaceType, null) != CloneNewNet)
                throw new LinuxException($"open namespace {path}", (int)Errno.EINVAL, "the file is there, but it is not a network namespace");
            return new NetworkNamespace(name, descriptor, InodeOf(descriptor.Value, path));
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    private static unsafe ulong InodeOf(int descriptor, string path)
    {
        const int emptyPath = 0x1000;
        const uint wantInode = 0x100;
        SystemCalls.StatX status;
        if (SystemCalls.statx(descriptor, "", emptyPath, wantInode, &status) != 0)
            throw LinuxException.FromLastCall($"statx {path}");
        return status.Inode;
    }

    private static string NameOf(string path)
    {
        if (Path.GetDirectoryName(path) is NamesDirectory or "/var/run/netns")
            return Path.GetFileName(path);
        return path.Split('/') is ["", "proc", var pid, "ns", "net"] && int.TryParse(pid, out var number) ? $"pid {number}" : path;
    }

    private static List<string> EnvironmentStrings()
    {
        var strings = new List<string>();
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
            strings.Add($"{entry.Key}={entry.Value}");
        return strings;
    }

    /// <summary>A NULL-terminated array of C strings.</summary>
    private sealed unsafe class NativeStrings : IDisposable
    {
        private readonly int _count;

        internal NativeStrings(IReadOnlyList<string> strings)
        {
            _count = strings.Count;
            Pointers = (nint*)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(nint));
            for (var i = 0; i < _count; i++)
                Pointers[i] = Marshal.StringToCoTaskMemUTF8(strings[i]);
        }

        internal nint* Pointers { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
                Marshal.FreeCoTaskMem(Pointers[i]);
            NativeMemory.Free(Pointers);
        }
    }
}
