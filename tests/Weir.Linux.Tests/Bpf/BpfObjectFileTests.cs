using System.Text;
using Weir.Linux.Bpf;
using Weir.Linux.Bpf.Objects;
using Weir.Testing;

namespace Weir.Linux.Tests.Bpf;

/// <summary>The object that clang made of <c>tests/golden/bpf/counter.c</c>, read without the kernel.</summary>
public class BpfObjectFileTests
{
    private static readonly byte[] Bytes = Convert.FromHexString(GoldenFile.Read("bpf/counter.hex").ReplaceLineEndings(""));

    [Fact]
    public void Maps_have_the_shapes_that_the_source_gives_them()
    {
        var file = BpfObjectFile.Parse(Bytes);
        Assert.Equal(
            [
                new BpfMapShape(BpfMapType.BPF_MAP_TYPE_ARRAY, ".bss", 4, 8, 1) { Flags = BpfMapFlags.BPF_F_MMAPABLE },
                new BpfMapShape(BpfMapType.BPF_MAP_TYPE_ARRAY, ".rodata", 4, 4, 1) { Flags = BpfMapFlags.BPF_F_RDONLY_PROG },
                new BpfMapShape(BpfMapType.BPF_MAP_TYPE_HASH, "flows", 8, 16, 1024),
                new BpfMapShape(BpfMapType.BPF_MAP_TYPE_LPM_TRIE, "prefixes", 8, 4, 16) { Flags = BpfMapFlags.BPF_F_NO_PREALLOC },
            ],
            file.Maps.Select(map => map.Shape).OrderBy(shape => shape.Name, StringComparer.Ordinal));
        Assert.Equal("GPL", file.License);
    }

    [Fact]
    public void Programs_name_their_type_and_where_they_use_which_map()
    {
        var file = BpfObjectFile.Parse(Bytes);
        Assert.Equal(
            [("count_frames", "tcx/ingress", BpfProgramType.BPF_PROG_TYPE_SCHED_CLS, 344), ("pass_prefix", "xdp", BpfProgramType.BPF_PROG_TYPE_XDP, 104)],
            file.Programs.Select(program => (program.Name, program.Section, program.Type!.Value, program.Code.Length)));
        // As readelf -r and llvm-objdump -d show it.
        Assert.Equal(
            [(6, "flows", null), (9, ".bss", 0), (31, "flows", null), (36, ".rodata", 0)],
            file.Programs[0].References.Select(reference => (reference.Slot, file.Maps[reference.Map].Shape.Name, reference.Offset)));
        Assert.Equal([(5, "prefixes", (int?)null)], file.Programs[1].References.Select(reference => (reference.Slot, file.Maps[reference.Map].Shape.Name, reference.Offset)));
    }

    [Fact]
    public void A_global_variable_is_given_another_value_before_it_is_loaded()
    {
        var file = BpfObjectFile.Parse(Bytes);
        var changed = file.With("longest", BitConverter.GetBytes(60));
        var place = file.Variables["longest"];
        Assert.Equal((1000, 60), (BitConverter.ToInt32(file.Maps[place.Map].Content!), BitConverter.ToInt32(changed.Maps[place.Map].Content!)));
        Assert.Throws<ArgumentException>(() => file.With("longest", [1]));
        Assert.Throws<ArgumentException>(() => file.With("shortest", [1, 0, 0, 0]));
    }

    [Theory]
    [InlineData("", "no ELF file")]
    [InlineData("#!/bin/sh and more than sixty-four characters of a script that is no object", "no ELF file")]
    public void What_is_no_object_is_refused_in_words(string text, string words) =>
        Assert.Contains(words, Assert.Throws<InvalidDataException>(() => BpfObjectFile.Parse(Encoding.ASCII.GetBytes(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_object_of_another_machine_is_refused_in_words()
    {
        byte[] other = [.. Bytes];
        other[18] = 62;
        Assert.Contains("-target bpf", Assert.Throws<InvalidDataException>(() => BpfObjectFile.Parse(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (var length = 0; length < Bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => BpfObjectFile.Parse(Bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Changed_bytes_are_read_or_refused()
    {
        var random = new SeededGenerator(7);
        var read = 0;
        for (var i = 0; i < 40_000; i++)
        {
            try
            {
                _ = BpfObjectFile.Parse(random.Mutate(Bytes));
                read++;
            }
            catch (InvalidDataException)
            {
                // The one way to say no.
            }
        }

        Assert.InRange(read, 1, 39_999);
    }
}
