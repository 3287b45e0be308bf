using System.Globalization;

namespace Weir.Bench;

/// <summary>One run of one contender.</summary>
/// <param name="Milliseconds">From the first request to the last answer, or of the whole process.</param>
/// <param name="Bytes">Allocated for each object; null where nobody tells.</param>
internal readonly record struct Sample(double Milliseconds, double? Bytes = null)
{
    /// <summary>Of work in this process, on this thread.</summary>
    internal static Sample Of(int objects, Action work)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = TimeProvider.System.GetTimestamp();
        work();
        double elapsed = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        return new Sample(elapsed, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)objects);
    }
}

/// <summary>The samples of contenders that take turns, a row for each.</summary>
internal sealed class Measurements
{
    private readonly List<(string Row, List<Sample> Samples)> _rows = [];

    internal void Add(string row, Sample sample)
    {
        if (_rows.Find(entry => entry.Row == row).Samples is not { } samples)
            _rows.Add((row, samples = []));
        samples.Add(sample);
    }

    /// <param name="title">What was done.</param>
    /// <param name="baseline">The row that the others are compared with: the median of the rounds' own ratios.</param>
    internal void Print(string title, string baseline)
    {
        List<Sample> against = _rows.Find(entry => entry.Row == baseline).Samples;
        Console.WriteLine();
        Console.WriteLine($"| {title} | median, ms | lowest to highest | of {baseline} | bytes allocated for each |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach ((string row, List<Sample> samples) in _rows)
        {
            double[] sorted = [.. samples.Select(sample => sample.Milliseconds).Order()];
            double ratio = Median([.. samples.Zip(against, (mine, its) => mine.Milliseconds / its.Milliseconds)]);
            string bytes = samples[0].Bytes is null ? "" : Median([.. samples.Select(sample => sample.Bytes!.Value)]).ToString("#,0", CultureInfo.InvariantCulture);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {row} | {Median(sorted):0.0} | {sorted[0]:0.0} to {sorted[^1]:0.0} | {ratio:0.00} | {bytes} |"));
        }
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
