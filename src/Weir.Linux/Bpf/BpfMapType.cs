namespace Weir.Linux.Bpf;

/// <summary>include/uapi/linux/bpf.h, <c>enum bpf_map_type</c>. Others may be given by number; their sizes are then the caller's to know.</summary>
public enum BpfMapType
{
    BPF_MAP_TYPE_HASH = 1,
    BPF_MAP_TYPE_ARRAY = 2,
    BPF_MAP_TYPE_PROG_ARRAY = 3,
    BPF_MAP_TYPE_PERCPU_HASH = 5,
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    BPF_MAP_TYPE_LRU_HASH = 9,
    BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
    /// <summary>Keys are a u32 prefix length and the bits, see <see cref="BpfMap.PrefixKey"/>; needs <see cref="BpfMapFlags.BPF_F_NO_PREALLOC"/>.</summary>
    BPF_MAP_TYPE_LPM_TRIE = 11,
    BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
    BPF_MAP_TYPE_HASH_OF_MAPS = 13,
    /// <summary>Where XDP programs redirect to: values are link indexes.</summary>
    BPF_MAP_TYPE_DEVMAP = 14,
    BPF_MAP_TYPE_CPUMAP = 16,
    BPF_MAP_TYPE_XSKMAP = 17,
    BPF_MAP_TYPE_DEVMAP_HASH = 25,
    /// <summary>Records from programs to one reader, see <see cref="BpfRingBuffer"/>; no keys and values, the entries are its bytes: a power of two, at least a page.</summary>
    BPF_MAP_TYPE_RINGBUF = 27,
}

/// <summary>Flags of a map's creation.</summary>
[Flags]
public enum BpfMapFlags : uint
{
    None = 0,
    BPF_F_NO_PREALLOC = 1,
    BPF_F_RDONLY_PROG = 1 << 7,
    BPF_F_WRONLY_PROG = 1 << 8,
    BPF_F_MMAPABLE = 1 << 10,
}

/// <summary>What an update may do.</summary>
public enum BpfUpdate : ulong { BPF_ANY = 0, BPF_NOEXIST = 1, BPF_EXIST = 2 }

/// <summary>The shape of a map. Sizes in bytes.</summary>
public sealed record BpfMapShape(BpfMapType Type, string Name, int KeySize, int ValueSize, int MaxEntries)
{
    public BpfMapFlags Flags { get; init; }

    /// <summary>Every processor has its own value.</summary>
    public bool IsPerCpu => Type is BpfMapType.BPF_MAP_TYPE_PERCPU_HASH or BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY or BpfMapType.BPF_MAP_TYPE_LRU_PERCPU_HASH;

    /// <summary>The bytes that a look-up writes and an update reads: of a per-CPU map the values of all possible processors, each rounded up to 8.</summary>
    public int BufferSize => IsPerCpu ? PerCpuStride * PossibleCpus.Count : ValueSize;

    /// <summary>From one processor's value to the next.</summary>
    public int PerCpuStride => (ValueSize + 7) / 8 * 8;
}
