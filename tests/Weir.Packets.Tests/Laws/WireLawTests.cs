namespace Weir.Packets.Tests.Laws;

/// <summary>What holds for every format; see <see cref="WireFormats"/>.</summary>
public class WireLawTests
{
    private const int RandomInputs = 1_000_000;

    public static TheoryData<string> All => [.. WireFormats.All.Select(format => format.Name)];

    public static TheoryData<string> Written => [.. WireFormats.All.Where(format => format.Rewrite is not null).Select(format => format.Name)];

    public static TheoryData<string> Values => [.. WireFormats.All.Where(format => format.ValueSurvives is not null).Select(format => format.Name)];

    [Theory, MemberData(nameof(All))]
    public void Canonical_bytes_are_accepted_and_every_truncation_is_an_error(string name)
    {
        WireFormat format = Find(name);
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            byte[] bytes = format.Canonical(random);
            Assert.Equal(PacketError.None, format.Exercise(bytes));
            for (int length = 0; length < bytes.Length && format.TruncationsAreErrors; length++)
            {
                PacketError error = format.Exercise(bytes.AsSpan(0, length));
                Assert.True(error != PacketError.None, $"{name} accepts the first {length} of {Convert.ToHexString(bytes)}");
            }
        }
    }

    [Theory, MemberData(nameof(Written))]
    public void What_was_read_is_written_as_it_was(string name)
    {
        WireFormat format = Find(name);
        var random = new Random(2);
        byte[] written = new byte[70_000];
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = format.Canonical(random);
            random.NextBytes(written.AsSpan(0, bytes.Length));
            int length = format.Rewrite!(bytes, written);
            Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(written, 0, length));
        }
    }

    [Theory, MemberData(nameof(Values))]
    public void What_was_written_is_read_as_it_was(string name)
    {
        WireFormat format = Find(name);
        var random = new Random(3);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(format.ValueSurvives!(random));
        }
    }

    [Theory, MemberData(nameof(All))]
    public void A_million_random_inputs_neither_throw_nor_allocate(string name)
    {
        WireFormat format = Find(name);
        var random = new Random(4);
        byte[] noise = new byte[1 << 16];
        random.NextBytes(noise);
        byte[][] corpus = [.. Enumerable.Range(0, 64).Select(_ => format.Canonical(random))];
        byte[] scratch = new byte[1 << 16];
        format.Exercise(corpus[0]);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < RandomInputs; i++)
        {
            if (i % 2 == 0)
            {
                format.Exercise(noise.AsSpan(random.Next(noise.Length - 128), random.Next(128)));
                continue;
            }

            byte[] right = corpus[i % corpus.Length];
            right.CopyTo(scratch, 0);
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                scratch[random.Next(right.Length)] = (byte)random.Next(256);
            }

            format.Exercise(scratch.AsSpan(0, right.Length - (random.Next(4) == 0 ? random.Next(right.Length) : 0)));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static WireFormat Find(string name) => WireFormats.All.Single(format => format.Name == name);
}
