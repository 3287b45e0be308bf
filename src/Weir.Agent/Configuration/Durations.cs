using System.Globalization;

namespace Weir.Agent.Configuration;

/// <summary>Times as people write them: <c>600ms</c>, <c>2s</c>, <c>5m</c>, <c>1h</c>, <c>7d</c>.</summary>
public static class Durations
{
    private static readonly (string Unit, TimeSpan Length)[] s_units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        foreach (var (unit, length) in s_units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (!decimal.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)) continue;
            if (count > 1_000_000) return false;
            duration = TimeSpan.FromTicks((long)(count * length.Ticks));
            return true;
        }

        return false;
    }

    /// <summary>In the greatest unit that leaves a whole number.</summary>
    public static string Write(TimeSpan duration)
    {
        var (unit, length) = s_units.Last(u => u.Unit == "ms" || (duration.Ticks != 0 && duration.Ticks % u.Length.Ticks == 0));
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / length.Ticks}{unit}");
    }
}
