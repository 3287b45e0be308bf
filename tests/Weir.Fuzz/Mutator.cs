namespace Weir.Fuzz;

/// <summary>Makes inputs: nine of ten are corpus files changed a little, the others are noise.</summary>
public sealed class Mutator
{
    private const int MaxLength = 4096;

    /// <summary>Values at which length fields and counters go wrong.</summary>
    private static readonly byte[] Edges = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 191, 192, 254, 255];

    private readonly IReadOnlyList<byte[]> corpus;
    private readonly Random random;
    private readonly byte[] buffer = new byte[MaxLength];
    private int length;

    public Mutator(IReadOnlyList<byte[]> corpus, int seed)
    {
        this.corpus = corpus;
        random = new Random(seed);
    }

    /// <summary>The next input; it is overwritten by the one after it.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (corpus.Count == 0 || random.Next(10) == 0)
        {
            length = random.Next(random.Next(4) == 0 ? MaxLength : 200);
            random.NextBytes(buffer.AsSpan(0, length));
            return buffer.AsSpan(0, length);
        }

        byte[] start = corpus[random.Next(corpus.Count)];
        length = Math.Min(start.Length, MaxLength);
        start.AsSpan(0, length).CopyTo(buffer);
        for (int changes = random.Next(5); changes > 0; changes--)
        {
            Change();
        }

        return buffer.AsSpan(0, length);
    }

    private void Change()
    {
        if (length == 0)
        {
            return;
        }

        int at = random.Next(length);
        switch (random.Next(8))
        {
            case 0:
                buffer[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                buffer[at] = (byte)random.Next(256);
                break;
            case 2:
                buffer[at] = Edges[random.Next(Edges.Length)];
                break;
            case 3:
                buffer[at] += (byte)(random.Next(2) == 0 ? 1 : 255);
                break;
            case 4:
                length = at;
                break;
            case 5:
                Delete(at, Math.Min(random.Next(1, 9), length - at));
                break;
            case 6:
                Repeat(at, Math.Min(random.Next(1, 33), length - at));
                break;
            default:
                Splice(at);
                break;
        }
    }

    private void Delete(int at, int count)
    {
        buffer.AsSpan((at + count)..length).CopyTo(buffer.AsSpan(at));
        length -= count;
    }

    private void Repeat(int at, int count)
    {
        count = Math.Min(count, MaxLength - length);
        buffer.AsSpan(at..length).CopyTo(buffer.AsSpan(at + count));
        length += count;
    }

    private void Splice(int at)
    {
        byte[] other = corpus[random.Next(corpus.Count)];
        ReadOnlySpan<byte> tail = other.AsSpan(random.Next(other.Length));
        tail = tail[..Math.Min(tail.Length, MaxLength - at)];
        tail.CopyTo(buffer.AsSpan(at));
        length = Math.Max(length, at + tail.Length);
    }
}
