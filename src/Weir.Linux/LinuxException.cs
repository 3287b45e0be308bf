using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>A system call that the kernel refused: what was tried, on what, and the kernel's word for it.</summary>
public sealed class LinuxException : Exception
{
    /// <param name="operation">What was tried, with its object: <c>"setns /run/netns/web"</c>.</param>
    /// <param name="errno">The kernel's error number, positive, as in <c>errno(3)</c>.</param>
    /// <param name="hint">What it may mean and what to look at; empty when the kernel's word says it all.</param>
    public LinuxException(string operation, int errno, string hint = "")
        : base(hint.Length == 0 ? $"{operation}: {Describe(errno)}" : $"{operation}: {Describe(errno)} ({hint})")
    {
        Operation = operation;
        Errno = errno;
    }

    public string Operation { get; }

    public int Errno { get; }

    /// <summary>The error that the last system call of this thread left.</summary>
    internal static LinuxException FromLastCall(string operation, string hint = "") => new(operation, Marshal.GetLastPInvokeError(), hint);

    private static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
}
