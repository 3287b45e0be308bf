using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Rules.Ip.Json;

namespace Weir.Rules.Ip;

/// <summary>RTAX_ metrics and their words (iproute2's ip/iproute.c mx_names).</summary>
internal static class RouteMetrics
{
    internal const ushort Lock = 1, RoundTripTime = 4, RoundTripVariance = 5, HopLimit = 10, Features = 12, MinimumTimeout = 13, CongestionControl = 16;

    private const uint Ecn = 1;

    private static readonly string[] Names =
    [
        "", "lock", "mtu", "window", "rtt", "rttvar", "ssthresh", "cwnd", "advmss", "reordering", "hoplimit", "initcwnd", "features", "rto_min", "initrwnd", "quickack", "congctl",
        "fastopen_no_cookie",
    ];

    internal static void Print(StringBuilder line, RouteEntry route)
    {
        var locked = route.Metrics.GetValueOrDefault(Lock);
        for (ushort number = 2; number < Names.Length; number++)
        {
            var congestion = number == CongestionControl && route.CongestionControl.Length != 0;
            if (!congestion && !route.Metrics.ContainsKey(number))
                continue;
            line.Append(Names[number]).Append(' ');
            if ((locked & 1u << number) != 0)
                line.Append("lock ");
            line.Append(congestion ? route.CongestionControl : Text(number, route.Metrics[number])).Append(' ');
        }

        foreach (var (number, value) in route.Metrics.Where(metric => metric.Key >= Names.Length).OrderBy(metric => metric.Key))
            line.Append(CultureInfo.InvariantCulture, $"metric {number} {value} ");
    }

    internal static void WriteJson(RouteEntry route, Utf8JsonWriter writer)
    {
        if (route.CongestionControl.Length == 0 && !route.Metrics.Keys.Any(number => number != Lock))
            return;
        writer.WriteStartArray("metrics");
        writer.WriteStartObject();
        for (ushort number = 2; number < Names.Length; number++)
        {
            if (number == CongestionControl && route.CongestionControl.Length != 0)
                writer.WriteString("congestion", route.CongestionControl);
            else if (number == Features && route.Metrics.TryGetValue(number, out var features))
                WriteFeatures(features, writer);
            else if (route.Metrics.TryGetValue(number, out var value))
                writer.WriteNumber(Names[number], Scaled(number, value));
        }

        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    /// <summary>The members of the object of <c>metrics</c>. It does not say which ones are locked.</summary>
    internal static void ParseJson(Members members, SortedDictionary<ushort, uint> metrics, ref string congestionControl)
    {
        congestionControl = members.Text("congestion") ?? congestionControl;
        var ecn = members.Flag("ecn");
        var features = members.Hex("features");
        if (features is not null || ecn)
            metrics[Features] = (features ?? 0) | (ecn ? Ecn : 0);
        for (ushort number = 2; number < Names.Length; number++)
        {
            if (number is Features or CongestionControl)
                continue;
            var scale = ScaleOf(number);
            if (members.Number(Names[number], uint.MaxValue / scale) is { } value)
                metrics[number] = value * scale;
        }
    }

    /// <summary>Takes the value of one metric's word; false when the word is none.</summary>
    internal static bool TryParse(string word, Words words, SortedDictionary<ushort, uint> metrics, ref string congestionControl)
    {
        var number = (ushort)Math.Max(Array.IndexOf(Names, word), 0);
        if (number < 2)
            return false;
        if (words.Take("lock"))
            metrics[Lock] = metrics.GetValueOrDefault(Lock) | 1u << number;
        switch (number)
        {
            case CongestionControl:
                congestionControl = Value.Word(words, word);
                break;
            case Features:
                metrics[number] = ParseFeatures(words);
                break;
            case RoundTripTime or RoundTripVariance or MinimumTimeout:
                metrics[number] = ParseTime(Value.Word(words, word), number);
                break;
            default:
                metrics[number] = Value.Number(words, word, uint.MaxValue);
                break;
        }

        return true;
    }

    private static uint ParseFeatures(Words words)
    {
        uint features = 0;
        while (words.Peek is { } word)
        {
            if (word == "ecn")
                features |= Ecn;
            else if (word.StartsWith("0x", StringComparison.Ordinal) && IpNames.TryNumber(word, out var more))
                features |= more;
            else
                break;
            words.Take(word);
        }

        return features != 0 ? features : throw new LineException("'features' takes ecn.");
    }

    /// <summary>Milliseconds with or without their unit, or seconds; a plain rtt is in the kernel's own units already.</summary>
    private static uint ParseTime(string word, ushort number)
    {
        var scale = ScaleOf(number);
        var (digits, unit) = word switch
        {
            _ when word.EndsWith("ms", StringComparison.Ordinal) => (word[..^2], 1.0),
            _ when word.EndsWith("msec", StringComparison.Ordinal) => (word[..^4], 1.0),
            _ when word.EndsWith("sec", StringComparison.Ordinal) => (word[..^3], 1000.0),
            _ when word.EndsWith('s') => (word[..^1], 1000.0),
            _ => (word, 1.0 / scale),
        };
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value * unit * scale > uint.MaxValue)
            throw new LineException($"'{word}' is no time: 10ms, 5s.");
        return (uint)Math.Ceiling(value * unit * scale);
    }

    private static string Text(ushort number, uint value)
    {
        if (number == Features)
            return (value & Ecn) != 0 ? value == Ecn ? "ecn" : $"ecn 0x{value & ~Ecn:x}" : $"0x{value:x}";
        if (number is not (RoundTripTime or RoundTripVariance or MinimumTimeout))
            return value.ToString(CultureInfo.InvariantCulture);
        var milliseconds = Scaled(number, value);
        return milliseconds >= 1000 ? $"{General(milliseconds / 1000.0)}s" : $"{milliseconds}ms";
    }

    /// <summary>printf's %g: six significant digits.</summary>
    private static string General(double value)
    {
        if (value >= 1e6)
        {
            var text = value.ToString("0.#####e+00", CultureInfo.InvariantCulture);
            return text;
        }

        var digits = value >= 1 ? (int)Math.Floor(Math.Log10(value)) + 1 : 1;
        return Math.Round(value, Math.Max(6 - digits, 0), MidpointRounding.ToEven).ToString("0.######", CultureInfo.InvariantCulture);
    }

    /// <summary>How many of the kernel's units are one of those that are printed.</summary>
    private static uint ScaleOf(ushort number) => number switch { RoundTripTime => 8, RoundTripVariance => 4, _ => 1 };

    private static uint Scaled(ushort number, uint value) => value / ScaleOf(number);

    private static void WriteFeatures(uint features, Utf8JsonWriter writer)
    {
        if ((features & Ecn) != 0)
            writer.WriteNull("ecn");
        if ((features & ~Ecn) != 0)
            writer.WriteString("features", $"0x{features & ~Ecn:x}");
    }
}
