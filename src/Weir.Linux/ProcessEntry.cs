using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>What a process does first thing in its life when it is somebody's child and should stay so.</summary>
public static partial class ProcessEntry
{
    private const int PR_SET_PDEATHSIG = 1;
    private const int SIGKILL = 9;

    /// <summary>From now on this process is killed when its parent ends (prctl(2), PR_SET_PDEATHSIG); kept over <c>execve(2)</c>.</summary>
    /// <remarks>The kernel counts the parent's <em>thread</em>: the parent starts this process on a thread that lives as long as it does.</remarks>
    public static void DieWithParent()
    {
        if (Prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
            throw new LinuxException("prctl PR_SET_PDEATHSIG", Marshal.GetLastPInvokeError());
    }

    /// <summary>Leaves the terminal's process group (setsid(2)): Ctrl-C is then for the parent alone.</summary>
    public static void LeaveTerminal() => _ = SetSessionId(); // EPERM: it leads a group already, which is as good.

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSessionId();
}
