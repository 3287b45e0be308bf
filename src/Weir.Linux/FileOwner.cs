using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>Who owns a file, as <c>chown(1)</c> and <c>chgrp(1)</c> set it.</summary>
public static partial class FileOwner
{
    private const uint Unchanged = uint.MaxValue;

    /// <summary>As <c>chgrp GROUP PATH</c>; the owner stays.</summary>
    /// <exception cref="LinuxException">No such file, or no privilege.</exception>
    public static void SetGroup(string path, uint group)
    {
        if (chown(path, Unchanged, group) != 0)
            throw new LinuxException($"chown :{group} {path}", Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint owner, uint group);
}
