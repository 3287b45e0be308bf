using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Linux.Bpf;

/// <summary>The values of an array map as memory of this process: plain loads and stores, no system calls.</summary>
public sealed unsafe class MappedBpfArray : IDisposable
{
    private const int PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1;
    private readonly nuint length;
    private nint address;

    internal MappedBpfArray(BpfMap map)
    {
        // kernel/bpf/arraymap.c array_map_mmap: values are rounded up to 8 bytes, the whole to pages.
        nuint values = (nuint)((map.Shape.ValueSize + 7) / 8 * 8) * (nuint)map.Shape.MaxEntries;
        nuint page = (nuint)Environment.SystemPageSize;
        length = (values + page - 1) / page * page;
        address = BpfCall.MemoryMap(0, length, PROT_READ | PROT_WRITE, MAP_SHARED, map.Descriptor, 0);
        if (address == -1)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw new LinuxException($"mmap of bpf map {map.Shape.Name}", errno, "the map must be an array made with BPF_F_MMAPABLE");
        }
    }

    /// <summary>A field of the shared memory. Use <see cref="Volatile"/> or <see cref="Interlocked"/> on it.</summary>
    /// <param name="offset">Bytes from the first value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T At<T>(int offset) where T : unmanaged
    {
        if (address == 0 || (uint)offset + (uint)sizeof(T) > length)
            ThrowOutside(offset);
        return ref *(T*)(address + offset);
    }

    public void Dispose()
    {
        nint mapped = Interlocked.Exchange(ref address, 0);
        if (mapped != 0)
            _ = BpfCall.MemoryUnmap(mapped, length);
    }

    private void ThrowOutside(int offset)
    {
        ObjectDisposedException.ThrowIf(address == 0, this);
        throw new ArgumentOutOfRangeException(nameof(offset), offset, "outside of the mapped map");
    }
}
