using Weir.Bench.Tun.Contenders;

namespace Weir.Bench.Tun;

/// <summary>
/// One contender in one setting, with what was measured of it in each round. Its processes live as long as the bench, so that they are warm, and
/// idle while the others are measured; after a failure they are started anew.
/// </summary>
internal sealed class Lane(Contender contender, TunSetting setting, string blast) : IDisposable
{
    // Of one CPU, taken by others.
    private const double Calm = 0.2;

    private readonly Dictionary<Measure, List<Measured?>> _samples = Measure.All.ToDictionary(measure => measure, _ => new List<Measured?>());
    private Bed? _bed;

    internal Contender Contender => contender;

    internal TunSetting Setting => setting;

    internal string Title => contender.Title(setting);

    /// <summary>By round; null where it failed.</summary>
    internal IReadOnlyList<Measured?> Samples(Measure measure) => _samples[measure];

    /// <summary>A turn that does not count.</summary>
    /// <returns>Why the contender can't be measured here at all; null when it can.</returns>
    internal string? Warm(TunOptions options, CancellationToken cancel)
    {
        try
        {
            _bed = SetUp();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return failure.Message;
        }

        foreach (Measure measure in Measure.All)
            _ = TryMeasure(measure, 0, options, cancel);
        return null;
    }

    internal void Run(TunOptions options, CancellationToken cancel)
    {
        foreach (Measure measure in Measure.All)
            _samples[measure].Add(Calmest(measure, options, cancel));
        Console.Error.WriteLine($"  {Title,-34}{string.Join("  ", Measure.All.Select(measure => _samples[measure][^1] is { } sample ? $"{measure.Text(sample.Rate),9}" : "   failed"))}");
    }

    public void Dispose() => Close();

    private Measured? Calmest(Measure measure, TunOptions options, CancellationToken cancel)
    {
        Measured? best = null;
        for (int i = 0; i < options.Tries && best?.OthersShare is not < Calm; i++)
        {
            if (TryMeasure(measure, options.Seconds, options, cancel) is { } sample && sample.OthersShare < (best?.OthersShare ?? double.MaxValue))
                best = sample;
        }

        return best;
    }

    private Measured? TryMeasure(Measure measure, double seconds, TunOptions options, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            _bed ??= SetUp();
            return _bed.Run(measure, warmSeconds: 0.5, seconds, options.Reset && measure == Measure.Connections, cancel);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Console.Error.WriteLine($"  {Title}, {setting}, {measure.Name}: {failure.Message}");
            Close();
            return null;
        }
    }

    private Bed SetUp()
    {
        Bed bed = new(blast);
        try
        {
            contender.SetUp(bed, setting);
            return bed.WhenItAnswers();
        }
        catch
        {
            bed.Dispose();
            throw;
        }
    }

    private void Close()
    {
        _bed?.Dispose();
        _bed = null;
    }
}
