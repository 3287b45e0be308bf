using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary><c>-m limit</c>: as long as no more than so many packets come; the burst is what may come at once.</summary>
public sealed record LimitMatch : IptablesMatch
{
    /// <summary>XT_LIMIT_SCALE: a second in units of <see cref="Period"/>.</summary>
    public const uint Scale = 10_000;

    internal const uint DefaultBurst = 5;

    private static readonly (string Name, uint Length)[] Units = [("day", Scale * 24 * 60 * 60), ("hour", Scale * 60 * 60), ("min", Scale * 60), ("sec", Scale)];

    public override string Name => "limit";

    /// <summary>Time between two packets, in 1/10,000 s; above 0.</summary>
    public required uint Period { get; init; }

    public uint Burst { get; init; } = DefaultBurst;

    /// <summary>The rate as nf_tables has it: so many packets in so many seconds.</summary>
    /// <remarks>libxt_limit.c, print_rate, and iptables/nft.c, add_nft_limit, choose the unit alike.</remarks>
    public (ulong Rate, ulong Seconds) Rate
    {
        get
        {
            var unit = Unit(Period);
            return (unit.Length / Period, unit.Length / Scale);
        }
    }

    /// <summary>The period of a rate of nf_tables (iptables/nft-shared.c, nft_parse_limit).</summary>
    public static uint PeriodOf(ulong rate, ulong seconds) => rate == 0 ? 0 : (uint)UInt128.Min(uint.MaxValue, (UInt128)Scale * seconds / rate);

    internal override void Print(RulePrinter printer)
    {
        var unit = Unit(Period);
        printer.Option("--limit", $"{unit.Length / Period}/{unit.Name}");
        if (Burst != DefaultBurst)
            printer.Option("--limit-burst", Burst);
    }

    private static (string Name, uint Length) Unit(uint period)
    {
        var unit = 1;
        while (unit < Units.Length && period <= Units[unit].Length && Units[unit].Length / period >= Units[unit].Length % period)
            unit++;
        return Units[unit - 1];
    }
}

internal sealed class LimitMatchParser : MatchParser
{
    private const int Limit = 0, Burst = 1;

    private static readonly ExtensionOption[] All = [new("limit", Limit), new("limit-burst", Burst)];

    // 3/hour, the default.
    private uint _period = LimitMatch.Scale * 60 * 60 / 3;
    private uint _burst = LimitMatch.DefaultBurst;

    internal override string Name => "limit";

    internal override ExtensionOption[] Options => All;

    internal override LimitMatch Match
    {
        get
        {
            var match = new LimitMatch { Period = _period, Burst = _burst };
            return match with { Period = LimitMatch.PeriodOf(match.Rate.Rate, match.Rate.Seconds) };
        }
    }

    protected override void Read(int option, OptionValue value)
    {
        if (option == Burst)
            _burst = value.UInt32(10_000);
        else
            _period = Rate(value.Text);
    }

    private uint Rate(string text)
    {
        var slash = text.IndexOf('/');
        var word = slash < 0 ? "second" : text[(slash + 1)..];
        uint? seconds = word.Length == 0 ? null
            : IsStartOf(word, "second") ? 1
            : IsStartOf(word, "minute") ? 60
            : IsStartOf(word, "hour") ? 60 * 60
            : IsStartOf(word, "day") ? 24 * 60 * 60
            : null;
        // atoi(3): what follows the digits is not looked at.
        var digits = text.AsSpan(0, text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length);
        if (seconds is null || !uint.TryParse(digits, out var count) || count == 0)
            throw Wrong($"bad rate \"{text}\": 10/second, 10/minute, 10/hour or 10/day is one");
        var period = LimitMatch.Scale * seconds.Value / count;
        return period > 0 ? period : throw Wrong($"the rate \"{text}\" is too fast");
    }

    private static bool IsStartOf(string word, string unit) => unit.StartsWith(word, StringComparison.OrdinalIgnoreCase);
}
