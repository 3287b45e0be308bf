using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Testing;

namespace Weir.Kernel.Tests.Bpf;

public class BpfMapTests
{
    [Fact]
    public void A_hash_map_takes_finds_and_gives_back_entries()
    {
        RootTier.Require();
        using BpfMap map = BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_HASH, "weir_test", 4, 8, 2));
        byte[] value = new byte[8];

        Assert.False(map.Lookup([1, 0, 0, 0], value));
        map.Update([1, 0, 0, 0], [7, 0, 0, 0, 0, 0, 0, 0]);
        Assert.True(map.TryUpdate([2, 0, 0, 0], [8, 0, 0, 0, 0, 0, 0, 0]));
        Assert.False(map.TryUpdate([3, 0, 0, 0], [9, 0, 0, 0, 0, 0, 0, 0]));

        Assert.True(map.Lookup([1, 0, 0, 0], value));
        Assert.Equal(7, value[0]);
        Assert.True(map.LookupAndDelete([1, 0, 0, 0], value));
        Assert.False(map.Delete([1, 0, 0, 0]));
        Assert.True(map.Delete([2, 0, 0, 0]));
    }

    [Fact]
    public void A_batch_reads_every_entry_once()
    {
        RootTier.Require();
        using BpfMap map = BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_HASH, "weir_test", 4, 8, 1000));
        for (int i = 0; i < 700; i++)
            map.Update(BitConverter.GetBytes(i), BitConverter.GetBytes((long)i * 3));

        Dictionary<int, long> seen = [];
        byte[] keys = new byte[4 * 64], values = new byte[8 * 64];
        uint cursor = 0;
        bool started = false, more = true;
        while (more)
        {
            more = map.LookupBatch(ref cursor, ref started, keys, values, out int count);
            for (int i = 0; i < count; i++)
                seen.Add(BitConverter.ToInt32(keys, i * 4), BitConverter.ToInt64(values, i * 8));
        }

        Assert.Equal(700, seen.Count);
        Assert.All(seen, pair => Assert.Equal(pair.Key * 3L, pair.Value));
    }

    [Fact]
    public void A_store_to_the_mapped_page_is_what_a_lookup_reads()
    {
        RootTier.Require();
        using BpfMap map = BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_ARRAY, "weir_test", 4, 24, 1) { Flags = BpfMapFlags.BPF_F_MMAPABLE });
        using MappedBpfArray page = map.Map();
        Volatile.Write(ref page.At<ulong>(16), 0x0102030405060708);

        byte[] value = new byte[24];
        Assert.True(map.Lookup([0, 0, 0, 0], value));
        Assert.Equal([8, 7, 6, 5, 4, 3, 2, 1], value[16..]);
        Assert.Throws<ArgumentOutOfRangeException>(() => page.At<ulong>(4096));
    }

    [Fact]
    public void A_map_that_the_kernel_refuses_says_what_it_was()
    {
        RootTier.Require();
        LinuxException refusal = Assert.Throws<LinuxException>(() => BpfMap.Create(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_HASH, "weir_test", 0, 8, 1)));
        Assert.Contains("bpf map create weir_test", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(22, refusal.Errno);
    }
}
