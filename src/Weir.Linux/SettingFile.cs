using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Linux;

/// <summary>A file of /proc/sys or /sys with one value: read whole, written in one call, as the kernel wants it; and the kernel's own error, which File hides.</summary>
internal static unsafe class SettingFile
{
    /// <summary>The text without its trailing line end; an error number that is not 0: nothing was read.</summary>
    internal static (string Text, int Errno) Read(string path)
    {
        const int readOnlyCloseOnExec = 0x80000;
        var number = SystemCalls.open(path, readOnlyCloseOnExec, 0);
        if (number < 0)
            return ("", Marshal.GetLastPInvokeError());
        using var descriptor = new SafeDescriptor(number);
        Span<byte> part = stackalloc byte[4096];
        var text = new StringBuilder();
        while (true)
        {
            nint count;
            fixed (byte* start = part)
                count = SystemCalls.read(number, start, (nuint)part.Length);
            if (count < 0)
                return ("", Marshal.GetLastPInvokeError());
            if (count == 0)
                return (text.ToString().TrimEnd('\n'), 0);
            text.Append(Encoding.ASCII.GetString(part[..(int)count]));
        }
    }

    /// <summary>0, or the error number.</summary>
    internal static int Write(string path, string value)
    {
        const int writeOnlyCloseOnExec = 0x80000 | 1;
        var number = SystemCalls.open(path, writeOnlyCloseOnExec, 0);
        if (number < 0)
            return Marshal.GetLastPInvokeError();
        using var descriptor = new SafeDescriptor(number);
        var bytes = Encoding.UTF8.GetBytes(value + "\n");
        fixed (byte* start = bytes)
            return SystemCalls.write(number, start, (nuint)bytes.Length) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }
}
