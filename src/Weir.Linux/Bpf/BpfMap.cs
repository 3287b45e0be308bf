using Microsoft.Win32.SafeHandles;

namespace Weir.Linux.Bpf;

/// <summary>include/uapi/linux/bpf.h, <c>enum bpf_map_type</c>.</summary>
public enum BpfMapType
{
    BPF_MAP_TYPE_HASH = 1,
    BPF_MAP_TYPE_ARRAY = 2,
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    BPF_MAP_TYPE_LRU_HASH = 9,
}

/// <summary>Flags of a map's creation and of updates.</summary>
[Flags]
public enum BpfMapFlags : uint
{
    None = 0,
    BPF_F_NO_PREALLOC = 1,
    BPF_F_MMAPABLE = 1 << 10,
}

/// <summary>What an update may do.</summary>
public enum BpfUpdate : ulong { BPF_ANY = 0, BPF_NOEXIST = 1, BPF_EXIST = 2 }

/// <summary>The shape of a map. Sizes in bytes.</summary>
public sealed record BpfMapShape(BpfMapType Type, string Name, int KeySize, int ValueSize, int MaxEntries)
{
    public BpfMapFlags Flags { get; init; }
}

/// <summary>An eBPF map: memory that kernel programs and this process share. It lives as long as a descriptor or a loaded program refers to it.</summary>
public sealed class BpfMap : IDisposable
{
    private readonly SafeFileHandle handle;
    private readonly int descriptor;

    private BpfMap(SafeFileHandle handle, BpfMapShape shape)
    {
        this.handle = handle;
        descriptor = (int)handle.DangerousGetHandle();
        Shape = shape;
    }

    public BpfMapShape Shape { get; }

    public int Descriptor => handle.IsClosed ? throw new ObjectDisposedException(Shape.Name) : descriptor;

    /// <exception cref="LinuxException">The kernel refused; the hint says what it may mean.</exception>
    public static unsafe BpfMap Create(BpfMapShape shape)
    {
        var attributes = new BpfCall.MapCreate
        {
            Type = (uint)shape.Type,
            KeySize = (uint)shape.KeySize,
            ValueSize = (uint)shape.ValueSize,
            MaxEntries = (uint)shape.MaxEntries,
            Flags = (uint)shape.Flags,
        };
        BpfCall.WriteName(attributes.Name, shape.Name);
        int result = BpfCall.Invoke(BpfCall.Command.BPF_MAP_CREATE, ref attributes);
        if (result < 0)
            throw new LinuxException($"bpf map create {shape.Name} ({shape.Type}, {shape.MaxEntries} entries of {shape.KeySize} + {shape.ValueSize} bytes)", -result, Hint(-result));
        return new BpfMap(new SafeFileHandle(result, ownsHandle: true), shape);
    }

    /// <summary>False when the key is not there.</summary>
    public bool Lookup(ReadOnlySpan<byte> key, Span<byte> value) => Element(BpfCall.Command.BPF_MAP_LOOKUP_ELEM, key, value, 0, "lookup");

    /// <summary>Reads a value and removes it in one step; false when the key is not there.</summary>
    public bool LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value) => Element(BpfCall.Command.BPF_MAP_LOOKUP_AND_DELETE_ELEM, key, value, 0, "lookup and delete");

    /// <summary>False when the key is not there.</summary>
    public bool Delete(ReadOnlySpan<byte> key) => Element(BpfCall.Command.BPF_MAP_DELETE_ELEM, key, default, 0, "delete");

    public void Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, BpfUpdate mode = BpfUpdate.BPF_ANY)
    {
        int errno = UpdateElement(key, value, mode);
        if (errno != 0)
            throw new LinuxException($"bpf map {Shape.Name} update", errno, Hint(errno));
    }

    /// <summary>False when the map is full.</summary>
    public bool TryUpdate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, BpfUpdate mode = BpfUpdate.BPF_ANY)
    {
        int errno = UpdateElement(key, value, mode);
        return errno switch
        {
            0 => true,
            BpfCall.E2BIG or BpfCall.ENOMEM => false,
            _ => throw new LinuxException($"bpf map {Shape.Name} update", errno, Hint(errno)),
        };
    }

    /// <summary>Reads entries of a hash map in one call, as many as fit into the buffers.</summary>
    /// <param name="cursor">Where to go on: what the call before left.</param>
    /// <param name="started">False for the first call.</param>
    /// <param name="keys">Room for n keys, one after the other.</param>
    /// <param name="values">Room for n values.</param>
    /// <param name="count">How many entries were read.</param>
    /// <returns>False when these were the last.</returns>
    public unsafe bool LookupBatch(ref uint cursor, ref bool started, Span<byte> keys, Span<byte> values, out int count)
    {
        uint room = (uint)Math.Min(keys.Length / Shape.KeySize, values.Length / Shape.ValueSize);
        uint next = 0, current = cursor;
        fixed (byte* keyPointer = keys, valuePointer = values)
        {
            var attributes = new BpfCall.MapBatch
            {
                InBatch = started ? (ulong)&current : 0,
                OutBatch = (ulong)&next,
                Keys = (ulong)keyPointer,
                Values = (ulong)valuePointer,
                Count = room,
                Descriptor = Descriptor,
            };
            int result = BpfCall.Invoke(BpfCall.Command.BPF_MAP_LOOKUP_BATCH, ref attributes);
            count = (int)attributes.Count;
            if (result < 0 && result != -BpfCall.ENOENT)
            {
                // ENOSPC: a bucket holds more entries than the buffers have room for.
                throw new LinuxException($"bpf map {Shape.Name} batch lookup of {room}", -result, result == -BpfCall.ENOSPC ? "offer room for more entries at once" : "");
            }

            cursor = next;
            started = true;
            return result >= 0;
        }
    }

    /// <summary>Maps the values of an array that was made with <see cref="BpfMapFlags.BPF_F_MMAPABLE"/> into this process.</summary>
    public MappedBpfArray Map() => new(this);

    public void Dispose() => handle.Dispose();

    private unsafe bool Element(BpfCall.Command command, ReadOnlySpan<byte> key, Span<byte> value, ulong flags, string verb)
    {
        if (key.Length != Shape.KeySize || (!value.IsEmpty && value.Length < Shape.ValueSize))
            throw new ArgumentException($"map {Shape.Name} has keys of {Shape.KeySize} and values of {Shape.ValueSize} bytes");
        fixed (byte* keyPointer = key, valuePointer = value)
        {
            var attributes = new BpfCall.MapElement { Descriptor = Descriptor, Key = (ulong)keyPointer, Value = (ulong)valuePointer, Flags = flags };
            int result = BpfCall.Invoke(command, ref attributes);
            return result switch
            {
                >= 0 => true,
                -BpfCall.ENOENT => false,
                _ => throw new LinuxException($"bpf map {Shape.Name} {verb}", -result, Hint(-result)),
            };
        }
    }

    private unsafe int UpdateElement(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, BpfUpdate mode)
    {
        if (key.Length != Shape.KeySize || value.Length != Shape.ValueSize)
            throw new ArgumentException($"map {Shape.Name} has keys of {Shape.KeySize} and values of {Shape.ValueSize} bytes");
        fixed (byte* keyPointer = key, valuePointer = value)
        {
            var attributes = new BpfCall.MapElement { Descriptor = Descriptor, Key = (ulong)keyPointer, Value = (ulong)valuePointer, Flags = (ulong)mode };
            int result = BpfCall.Invoke(BpfCall.Command.BPF_MAP_UPDATE_ELEM, ref attributes);
            return result < 0 ? -result : 0;
        }
    }

    private static string Hint(int errno) => errno switch
    {
        BpfCall.EPERM => "root or CAP_BPF and CAP_NET_ADMIN are needed; or RLIMIT_MEMLOCK is too small",
        BpfCall.ENOSYS => "this kernel was built without CONFIG_BPF_SYSCALL",
        BpfCall.E2BIG => "the map is full, or larger than the kernel allows",
        BpfCall.ENOMEM => "not enough memory for the map",
        BpfCall.EINVAL => "this kernel does not know the map type, flags or sizes",
        _ => "",
    };
}
