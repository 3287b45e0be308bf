using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>For a process whose whole life is to become another one inside a namespace.</summary>
/// <remarks>Call it first thing in Main: before the runtime has made threads that would stay behind in the old namespace, which <c>execve(2)</c> then ends.</remarks>
public static partial class ProcessEntry
{
    private const int PR_SET_PDEATHSIG = 1;
    private const int SIGKILL = 9;
    private const int CLONE_NEWNET = 0x40000000;

    /// <summary>Dies with its parent, leaves the terminal's process group, joins the network namespace, and becomes the program. Returns only by exception.</summary>
    /// <param name="namespacePath">A file of nsfs.</param>
    /// <param name="program">Full path.</param>
    /// <param name="arguments">All arguments, the program's name first.</param>
    /// <remarks>PR_SET_PDEATHSIG counts the parent's <em>thread</em>: the parent starts this process on a thread that lives as long as it does (prctl(2)).</remarks>
    /// <exception cref="LinuxException">With the call that was refused.</exception>
    public static void BecomeInNamespace(string namespacePath, string program, IReadOnlyList<string> arguments)
    {
        if (Prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
            throw new LinuxException("prctl PR_SET_PDEATHSIG", Marshal.GetLastPInvokeError());

        // Ctrl-C in the terminal is for the parent, which then ends its children in order. EPERM: it is a leader already.
        _ = SetSessionId();

        using (var file = File.OpenHandle(namespacePath))
        {
            if (SetNamespace(file.DangerousGetHandle().ToInt32(), CLONE_NEWNET) != 0)
                throw new LinuxException($"setns {namespacePath}", Marshal.GetLastPInvokeError());
        }

        string?[] argv = [.. arguments, null];
        string?[] environment = [.. Environment(), null];
        _ = Execute(program, argv, environment);
        throw new LinuxException($"execve {program}", Marshal.GetLastPInvokeError());
    }

    private static IEnumerable<string> Environment()
    {
        foreach (System.Collections.DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
            yield return $"{entry.Key}={entry.Value}";
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSessionId();

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int type);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, [In] string?[] arguments, [In] string?[] environment);
}
