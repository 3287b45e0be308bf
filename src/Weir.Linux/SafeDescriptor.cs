using Microsoft.Win32.SafeHandles;

namespace Weir.Linux;

/// <summary>A file descriptor that is closed with <c>close(2)</c> and nothing else.</summary>
internal sealed class SafeDescriptor : SafeHandleMinusOneIsInvalid
{
    internal SafeDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    internal int Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (int)handle;
        }
    }

    protected override bool ReleaseHandle() => SystemCalls.close((int)handle) == 0;
}
