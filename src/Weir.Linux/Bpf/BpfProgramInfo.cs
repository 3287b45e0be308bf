using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Linux.Bpf;

/// <summary>include/uapi/linux/bpf.h, <c>enum bpf_prog_type</c>.</summary>
public enum BpfProgramType
{
    BPF_PROG_TYPE_SOCKET_FILTER = 1,
    BPF_PROG_TYPE_SCHED_CLS = 3,
    BPF_PROG_TYPE_SCHED_ACT = 4,
    BPF_PROG_TYPE_XDP = 6,
}

/// <summary>What the kernel knows of a loaded program, as <c>bpftool prog show</c> prints it.</summary>
public sealed record BpfProgramInfo(BpfProgramType Type, uint Id, string Name, string Tag)
{
    /// <summary>It runs as machine code.</summary>
    public bool IsJited { get; init; }

    /// <summary>The maps that it uses, by id.</summary>
    public IReadOnlyList<uint> MapIds { get; init; } = [];

    // struct bpf_prog_info: u32 type, id; u8 tag[8]; u32 jited_len, xlated_len; u64 jited, xlated, load_time; u32 created_by_uid, nr_map_ids; u64 map_ids; char name[16]; ...
    private const int IdOffset = 4, TagOffset = 8, JitedLengthOffset = 16, MapCountOffset = 52, MapIdsOffset = 56, NameOffset = 64, Size = 80;

    internal static unsafe BpfProgramInfo Read(int descriptor, string what)
    {
        byte[] info = BpfObjects.Info(descriptor, what, Size);
        var maps = new uint[ReadUInt32LittleEndian(info.AsSpan(MapCountOffset))];
        if (maps.Length > 0)
        {
            fixed (uint* start = maps)
            {
                // A second time, with room for the maps' ids; how many there are can't change.
                var request = new byte[Size];
                WriteUInt32LittleEndian(request.AsSpan(MapCountOffset), (uint)maps.Length);
                WriteUInt64LittleEndian(request.AsSpan(MapIdsOffset), (ulong)start);
                BpfObjects.ReadInfo(descriptor, what, request);
            }
        }

        return new BpfProgramInfo(
            (BpfProgramType)ReadUInt32LittleEndian(info), ReadUInt32LittleEndian(info.AsSpan(IdOffset)), BpfObjects.NameIn(info.AsSpan(NameOffset, 16)),
            Convert.ToHexStringLower(info.AsSpan(TagOffset, 8)))
        { MapIds = maps, IsJited = ReadUInt32LittleEndian(info.AsSpan(JitedLengthOffset)) != 0 };
    }
}
