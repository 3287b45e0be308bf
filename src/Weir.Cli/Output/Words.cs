using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Policy;

namespace Weir.Cli.Output;

/// <summary>Numbers, times and enums as people read and write them.</summary>
public static partial class Words
{
    /// <summary><c>1.5 MiB</c>.</summary>
    public static string Bytes(ulong count)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        double value = count;
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return unit == 0 ? $"{count} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {units[unit]}");
    }

    /// <summary><c>3 s</c>, <c>12 min</c>, <c>5 h</c>, <c>2 d</c>.</summary>
    public static string Ago(TimeSpan age) => age switch
    {
        { TotalSeconds: < 100 } => $"{Math.Max(0, (int)age.TotalSeconds)} s",
        { TotalMinutes: < 100 } => $"{(int)age.TotalMinutes} min",
        { TotalHours: < 50 } => $"{(int)age.TotalHours} h",
        _ => $"{(int)age.TotalDays} d",
    };

    /// <summary>What somebody gave, in a message: in quotes and fit to be shown.</summary>
    public static string Quoted(string text) => $"'{Shown(text, most: 60)}'";

    /// <summary>On one line and without commands to the terminal: control characters as C writes them, cut where it is long.</summary>
    public static string Shown(string text, int most)
    {
        var cut = text.Length <= most ? text : $"{text.AsSpan(0, most)}…";
        return string.Concat(cut.Select(letter => char.IsControl(letter) ? $"\\u{(int)letter:x4}" : $"{letter}"));
    }

    public static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    public static string Application(Application application) => application == Policy.Application.Unknown ? "" : Lower(application);

    public static Tone ToneOf(PolicyAction action) => action switch
    {
        PolicyAction.Deny => Tone.Bad,
        PolicyAction.Violate => Tone.Warning,
        PolicyAction.Learn => Tone.Good,
        _ => Tone.Plain,
    };

    /// <summary>The deciding rule, or the mode that decided without one.</summary>
    public static string Rule(int rule, PolicyMode mode) => rule > 0 ? $"rule {rule}" : Lower(mode);

    /// <summary>A moment as <c>30s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c> before now, or as ISO 8601 writes it.</summary>
    public static bool TryMoment(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        if (Duration().Match(text) is { Success: true } match && int.TryParse(match.Groups[1].ValueSpan, out var number))
        {
            var age = match.Groups[2].Value switch
            {
                "s" => TimeSpan.FromSeconds(number),
                "m" => TimeSpan.FromMinutes(number),
                "h" => TimeSpan.FromHours(number),
                _ => TimeSpan.FromDays(number),
            };
            // 999999d is before the calendar's first day.
            var isInTheCalendar = age <= now - DateTimeOffset.MinValue;
            moment = isInTheCalendar ? now - age : default;
            return isInTheCalendar;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out moment);
    }

    [GeneratedRegex("^([0-9]{1,6})([smhd])$")]
    private static partial Regex Duration();
}
