using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Weir.Linux.Bpf;

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

    /// <summary>A map that <see cref="Pin"/> gave a name, by this process or another.</summary>
    public static BpfMap OpenPinned(string path) => OfDescriptor(BpfObjects.OpenPinned("map", path));

    public static BpfMap OpenById(uint id) => OfDescriptor(BpfObjects.OpenById(BpfCall.Command.BPF_MAP_GET_FD_BY_ID, "map", id));

    /// <summary>The ids of all maps of this host, ascending.</summary>
    public static IReadOnlyList<uint> ListIds() => BpfObjects.ListIds(BpfCall.Command.BPF_MAP_GET_NEXT_ID, "map");

    /// <summary>The key of a prefix in an LPM trie: its length as u32 in host order, then the bytes as they stand in the packet.</summary>
    public static byte[] PrefixKey(int prefixLength, ReadOnlySpan<byte> address)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)prefixLength, (uint)address.Length * 8);
        var key = new byte[4 + address.Length];
        BitConverter.TryWriteBytes(key, prefixLength);
        address.CopyTo(key.AsSpan(4));
        return key;
    }

    public uint Id() => BitConverter.ToUInt32(BpfObjects.Info(Descriptor, $"map {Shape.Name}", 8), 4);

    /// <summary>Gives it a name in the bpf file system, for instance below <c>/sys/fs/bpf</c>: it outlives this process until the name is unlinked.</summary>
    public void Pin(string path) => BpfObjects.Pin(Descriptor, $"map {Shape.Name}", path);

    /// <summary>From now on this process and others can't change it; of a map that programs can't write either, the verifier takes the values for constants.</summary>
    public void Freeze()
    {
        var attributes = new BpfCall.MapElement { Descriptor = Descriptor };
        int result = BpfCall.Invoke(BpfCall.Command.BPF_MAP_FREEZE, ref attributes);
        if (result < 0)
            throw new LinuxException($"bpf map {Shape.Name} freeze", -result, Hint(-result));
    }

    /// <summary>Walks the keys in the kernel's order. Entries that come or go meanwhile may be told twice or not at all; an array has all its indexes.</summary>
    /// <param name="key">Null: the first one.</param>
    /// <param name="next">Room for a key.</param>
    /// <returns>False: there is none behind it.</returns>
    public unsafe bool NextKey(byte[]? key, Span<byte> next)
    {
        if ((key is not null && key.Length != Shape.KeySize) || next.Length < Shape.KeySize)
            throw new ArgumentException($"map {Shape.Name} has keys of {Shape.KeySize} bytes");
        fixed (byte* keyPointer = key, nextPointer = next)
        {
            var attributes = new BpfCall.MapElement { Descriptor = Descriptor, Key = (ulong)keyPointer, Value = (ulong)nextPointer };
            int result = BpfCall.Invoke(BpfCall.Command.BPF_MAP_GET_NEXT_KEY, ref attributes);
            return result switch
            {
                >= 0 => true,
                -BpfCall.ENOENT => false,
                _ => throw new LinuxException($"bpf map {Shape.Name} next key", -result, Hint(-result)),
            };
        }
    }

    /// <summary>All keys at about this moment.</summary>
    public IReadOnlyList<byte[]> Keys()
    {
        List<byte[]> keys = [];
        byte[]? last = null;
        var next = new byte[Shape.KeySize];
        // A key that goes while it is the last makes the kernel begin again: bounded by what the map can hold.
        while (keys.Count < Shape.MaxEntries && NextKey(last, next))
        {
            last = [.. next];
            keys.Add(last);
        }

        return keys;
    }

    /// <summary>False when the key is not there.</summary>
    /// <param name="value"><see cref="BpfMapShape.BufferSize"/> bytes: of a per-CPU map, the values of all processors.</param>
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
        uint room = (uint)Math.Min(keys.Length / Shape.KeySize, values.Length / Shape.BufferSize);
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

    private static BpfMap OfDescriptor(int descriptor)
    {
        var opened = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            // struct bpf_map_info: u32 type, id, key_size, value_size, max_entries, map_flags, char name[16], ...
            ReadOnlySpan<byte> info = BpfObjects.Info(descriptor, "a map", 40);
            return new BpfMap(opened, new BpfMapShape((BpfMapType)Word(info, 0), BpfObjects.NameIn(info[24..40]), Word(info, 8), Word(info, 12), Word(info, 16))
            {
                Flags = (BpfMapFlags)Word(info, 20),
            });
        }
        catch
        {
            opened.Dispose();
            throw;
        }

        static int Word(ReadOnlySpan<byte> info, int offset) => BinaryPrimitives.ReadInt32LittleEndian(info[offset..]);
    }

    private unsafe bool Element(BpfCall.Command command, ReadOnlySpan<byte> key, Span<byte> value, ulong flags, string verb)
    {
        if (key.Length != Shape.KeySize || (verb != "delete" && value.Length < Shape.BufferSize))
            throw new ArgumentException($"map {Shape.Name} has keys of {Shape.KeySize} bytes, and its values take {Shape.BufferSize}");
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
        if (key.Length != Shape.KeySize || value.Length != Shape.BufferSize)
            throw new ArgumentException($"map {Shape.Name} has keys of {Shape.KeySize} bytes, and its values take {Shape.BufferSize}");
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
