using System.Globalization;

namespace Weir.Fuzz;

/// <summary>Feeds one target until its time is over or it fails, and says what the failing input was.</summary>
public sealed class Fuzzer
{
    private const int BatchSize = 256;

    /// <summary>Inputs that take longer together are a failure: nothing here may be worse than linear.</summary>
    private static readonly TimeSpan LongestBatch = TimeSpan.FromSeconds(8);

    private readonly string name;
    private readonly Target target;
    private readonly int seed;
    private readonly Mutator mutator;
    private readonly int corpusSize;

    public Fuzzer(string name, Target target, int seed)
    {
        IReadOnlyList<byte[]> corpus = Corpus.Load(name);
        this.name = name;
        this.target = target;
        this.seed = seed;
        corpusSize = corpus.Count;
        mutator = new Mutator(corpus, seed);
    }

    public bool Run(TimeSpan duration, TimeProvider time, TextWriter output)
    {
        long start = time.GetTimestamp();
        long count = 0;
        while (time.GetElapsedTime(start) < duration)
        {
            long batch = time.GetTimestamp();
            for (int i = 0; i < BatchSize; i++, count++)
            {
                ReadOnlySpan<byte> input = mutator.Next();
                if (!Passes(input, count, output))
                {
                    return false;
                }
            }

            if (time.GetElapsedTime(batch) > LongestBatch)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {BatchSize} inputs took {time.GetElapsedTime(batch).TotalSeconds:F1} s near input {count} of seed {seed}"));
                return false;
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {count} inputs, {corpusSize} in the corpus, seed {seed}, {time.GetElapsedTime(start).TotalSeconds:F1} s: nothing found"));
        return true;
    }

    // A fuzzer's business is to catch everything.
#pragma warning disable CA1031
    private bool Passes(ReadOnlySpan<byte> input, long count, TextWriter output)
    {
        try
        {
            target(input);
            return true;
        }
        catch (Exception exception)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: input {count} of seed {seed} fails: {exception}"));
            output.WriteLine($"input: {Convert.ToHexString(input)}");
            return false;
        }
    }
#pragma warning restore CA1031
}
