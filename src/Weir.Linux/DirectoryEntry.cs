using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>A directory's entries on the disk: a file that was made or renamed is only safe when they are.</summary>
public static partial class DirectoryEntry
{
    /// <summary><c>fsync(2)</c> of a directory, which .NET's file handles refuse to open.</summary>
    public static void Flush(string directory)
    {
        const int directoryCloseOnExec = 0x90000;
        var number = SystemCalls.open(directory, directoryCloseOnExec, 0);
        if (number < 0)
            throw LinuxException.FromLastCall($"open directory {directory}");
        using var descriptor = new SafeDescriptor(number);
        if (fsync(number) != 0)
            throw LinuxException.FromLastCall($"fsync {directory}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);
}
