using System.Buffers.Binary;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Testing;
using static Weir.Linux.Bpf.BpfRegister;

namespace Weir.Kernel.Tests.Bpf;

/// <summary>What each kind of map does that a hash does not, and what lives on without a process.</summary>
public class BpfMapKindTests
{
    private static readonly byte[] Frame = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];

    [Fact]
    public void An_lru_hash_that_is_full_takes_new_entries_all_the_same()
    {
        RootTier.Require();
        using BpfMap map = BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_LRU_HASH, "weir_lru", 4, 4, 64));
        for (int i = 0; i < 1000; i++)
            map.Update(BitConverter.GetBytes(i), BitConverter.GetBytes(i));

        IReadOnlyList<byte[]> keys = map.Keys();
        Assert.InRange(keys.Count, 1, 64);
        Assert.Contains(keys, key => BitConverter.ToInt32(key) == 999);
    }

    [Fact]
    public void A_prefix_trie_finds_the_longest_prefix()
    {
        RootTier.Require();
        using BpfMap map = BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_LPM_TRIE, "weir_lpm", 8, 4, 16) { Flags = BpfMapFlags.BPF_F_NO_PREALLOC });
        map.Update(BpfMap.PrefixKey(8, [10, 0, 0, 0]), [8, 0, 0, 0]);
        map.Update(BpfMap.PrefixKey(24, [10, 1, 2, 0]), [24, 0, 0, 0]);

        byte[] value = new byte[4];
        Assert.True(map.Lookup(BpfMap.PrefixKey(32, [10, 1, 2, 3]), value));
        Assert.Equal(24, value[0]);
        Assert.True(map.Lookup(BpfMap.PrefixKey(32, [10, 9, 9, 9]), value));
        Assert.Equal(8, value[0]);
        Assert.False(map.Lookup(BpfMap.PrefixKey(32, [11, 0, 0, 1]), value));
        Assert.Throws<ArgumentOutOfRangeException>(() => BpfMap.PrefixKey(33, [10, 0, 0, 0]));
    }

    [Fact]
    public void A_per_cpu_array_is_read_with_every_processors_value()
    {
        RootTier.Require();
        using BpfMap map = BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, "weir_percpu", 4, 12, 1));
        Assert.Equal(16 * PossibleCpus.Count, map.Shape.BufferSize);
        byte[] values = new byte[map.Shape.BufferSize];
        for (int cpu = 0; cpu < PossibleCpus.Count; cpu++)
            values[cpu * map.Shape.PerCpuStride] = (byte)(cpu + 1);
        map.Update([0, 0, 0, 0], values);

        byte[] read = new byte[map.Shape.BufferSize];
        Assert.True(map.Lookup([0, 0, 0, 0], read));
        Assert.Equal(values, read);
        // A buffer for one value would be written over.
        Assert.Throws<ArgumentException>(() => map.Lookup([0, 0, 0, 0], new byte[16 * PossibleCpus.Count - 1]));
    }

    [Fact]
    public void A_device_map_takes_links_of_the_host()
    {
        RootTier.Require();
        using BpfMap map = BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_DEVMAP, "weir_dev", 4, 4, 4));
        map.Update([2, 0, 0, 0], [1, 0, 0, 0]);
        byte[] value = new byte[4];
        Assert.True(map.Lookup([2, 0, 0, 0], value));
        Assert.Equal(1, BitConverter.ToInt32(value));
    }

    [Fact]
    public void A_ring_buffer_gives_each_record_once_in_order_also_when_it_wraps_around()
    {
        RootTier.Require();
        using BpfMap map = BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_RINGBUF, "weir_ring", 0, 0, Environment.SystemPageSize));
        // Writes the frame's length, twelve bytes in all.
        BpfAssembler a = new();
        a.Load(BpfSize.U32, R6, R1, SkBuff.Length)
            .Move(R7, 0x5645)
            .Store(BpfSize.U64, R10, -16, R6)
            .Store(BpfSize.U32, R10, -8, R7)
            .LoadMap(R1, map).Move(R2, R10).Add(R2, -16).Move(R3, 12).Move(R4, 0)
            .Call(BpfHelper.BPF_FUNC_ringbuf_output)
            .Move(R0, 0).Exit();
        using BpfProgram program = BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_ring", a.Build());
        using var ring = new BpfRingBuffer(map);
        Assert.False(ring.Wait(TimeSpan.Zero));
        Assert.Equal(0, ring.Read(_ => Assert.Fail("nothing was written")));

        List<long> lengths = [];
        for (int i = 0; i < 500; i++)
        {
            program.TestRun(Frame.AsSpan(0, 14 + (i % 50)));
            Assert.True(ring.Wait(TimeSpan.FromSeconds(5)));
            Assert.Equal(1, ring.Read(record =>
            {
                Assert.Equal(12, record.Length);
                Assert.Equal(0x5645u, BinaryPrimitives.ReadUInt32LittleEndian(record[8..]));
                lengths.Add(BinaryPrimitives.ReadInt64LittleEndian(record));
            }));
        }

        Assert.Equal(Enumerable.Range(0, 500).Select(i => 14L + (i % 50)), lengths);
    }

    [Fact]
    public void A_ring_buffer_of_a_size_that_is_no_power_of_two_is_refused_with_its_name()
    {
        RootTier.Require();
        LinuxException refusal = Assert.Throws<LinuxException>(() => BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_RINGBUF, "weir_ring", 0, 0, 5000)));
        Assert.Contains("weir_ring", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(22, refusal.Errno);
    }

    [Fact]
    public void Maps_and_programs_are_found_again_by_id_and_by_the_name_they_were_pinned_at()
    {
        RootTier.Require("mount", "umount");
        using var folder = new BpfFolder();
        using BpfMap map = BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_HASH, "weir_pinned", 4, 8, 16));
        map.Update([1, 0, 0, 0], [7, 0, 0, 0, 0, 0, 0, 0]);
        map.Pin(folder.PathOf("map"));
        BpfAssembler a = new();
        a.LoadMap(R1, map).Move(R0, 5).Exit();
        using BpfProgram program = BpfProgram.Load(BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_pinned", a.Build());
        program.Pin(folder.PathOf("program"));

        using BpfMap again = BpfMap.OpenPinned(folder.PathOf("map"));
        byte[] value = new byte[8];
        Assert.True(again.Lookup([1, 0, 0, 0], value));
        Assert.Equal((map.Shape, map.Id(), 7), (again.Shape, again.Id(), value[0]));
        using BpfProgram same = BpfProgram.OpenPinned(folder.PathOf("program"));
        using BpfProgram byId = BpfProgram.OpenById(same.Id());
        Assert.Equal(5, byId.TestRun(Frame).Result);
        Assert.Equal([map.Id()], byId.Info().MapIds);
        Assert.Equal((BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, "weir_pinned"), (byId.Info().Type, byId.Name));
        Assert.Contains(map.Id(), BpfMap.ListIds());
        Assert.Contains(program.Id(), BpfProgram.ListIds());

        LinuxException taken = Assert.Throws<LinuxException>(() => map.Pin(folder.PathOf("map")));
        Assert.Contains("the name is taken", taken.Message, StringComparison.Ordinal);
        Assert.Throws<LinuxException>(() => BpfMap.OpenPinned(folder.PathOf("nothing")));
        LinuxException elsewhere = Assert.Throws<LinuxException>(() => map.Pin("/tmp/weir-no-bpf-file-system"));
        Assert.Contains("bpf file system", elsewhere.Message, StringComparison.Ordinal);
    }
}
