using System.Text;

namespace Weir.Rules.Tc;

/// <summary>What stands after a qdisc's place (iproute2 6.1, tc/q_*.c).</summary>
internal static class DisciplineText
{
    internal static string Print(TcQdisc qdisc) => qdisc.Discipline switch
    {
        TcFifo fifo => qdisc.Kind == "bfifo" ? $"limit {TcUnits.PrintSize(fifo.Limit ?? 0)}" : $"limit {fifo.Limit}p",
        TcTbf tbf => Print(tbf),
        TcHtb htb => Print(htb),
        TcNetem netem => Print(netem),
        TcPrio prio => PrioWords.Print(prio),
        TcCodel codel => CodelWords.Print(codel),
        _ => qdisc.Kind == "ingress" ? "---------------- " : qdisc.UnknownOptions,
    };

    /// <summary>Null when the kind is not known here, or its words are not.</summary>
    internal static TcDiscipline? Parse(string kind, WordReader words) => kind switch
    {
        "bfifo" => words.Take("limit") && TcUnits.TryParsePrintedSize(words.Next(), out var limit) && words.AtEnd ? new TcFifo(limit) : null,
        "pfifo" or "pfifo_head_drop" => ParseFifo(words),
        "prio" or "pfifo_fast" => PrioWords.Parse(words),
        "codel" or "fq_codel" => CodelWords.Parse(kind, words),
        "tbf" => ParseTbf(words),
        "htb" => ParseHtb(words),
        "netem" => ParseNetem(words),
        _ => null,
    };

    private static TcFifo? ParseFifo(WordReader words) =>
        words.Take("limit") && words.Next() is [.. var digits, 'p'] && uint.TryParse(digits, out var limit) && words.AtEnd ? new TcFifo(limit) : null;

    private static string Print(TcTbf tbf)
    {
        StringBuilder text = new($"rate {TcUnits.PrintRate(tbf.Rate)} burst {TcUnits.PrintSize(tbf.Burst)} ");
        if (tbf.PeakRate != 0)
            text.Append($"peakrate {TcUnits.PrintRate(tbf.PeakRate)} minburst {TcUnits.PrintSize(tbf.MinimumBurst)} ");
        text.Append(tbf.Latency >= 0 ? $"lat {TcUnits.PrintTime(tbf.Latency)} " : $"limit {TcUnits.PrintSize(tbf.Limit ?? 0)} ");
        if (tbf.Overhead != 0)
            text.Append($"overhead {tbf.Overhead} ");
        if (tbf.Atm)
            text.Append("linklayer atm ");
        return text.ToString();
    }

    private static TcTbf? ParseTbf(WordReader words)
    {
        if (!words.Take("rate") || !TcUnits.TryParseRate(words.Next(), out var rate) || !words.Take("burst") || !TcUnits.TryParsePrintedSize(words.Next(), out var burst))
            return null;
        TcTbf tbf = new(rate, burst, 0);
        if (words.Take("peakrate"))
        {
            if (!TcUnits.TryParseRate(words.Next(), out var peak) || !words.Take("minburst") || !TcUnits.TryParsePrintedSize(words.Next(), out var minimum))
                return null;
            tbf = tbf with { PeakRate = peak, MinimumBurst = minimum };
        }

        if (words.Take("lat") && TcUnits.TryParseTime(words.Peek, out var latency))
            tbf = tbf with { Latency = latency };
        else if (words.Take("limit") && TcUnits.TryParsePrintedSize(words.Peek, out var limit))
            tbf = tbf with { Latency = -1, Limit = limit };
        else
            return null;
        words.Next();
        if (words.Take("overhead", out var overhead))
            tbf = tbf with { Overhead = (ushort)overhead };
        if (words.Take("linklayer"))
            tbf = tbf with { Atm = words.Next() == "atm" };
        return words.AtEnd ? tbf : null;
    }

    private static string Print(TcHtb htb) =>
        $"r2q {htb.RateToQuantum} default {(htb.DefaultClass == 0 ? "0" : $"0x{htb.DefaultClass:x}")} direct_packets_stat {htb.DirectPackets}"
        + (htb.DirectQueueLength is { } length ? $" direct_qlen {length}" : "");

    private static TcHtb? ParseHtb(WordReader words)
    {
        if (!words.Take("r2q", out var r2q) || !words.Take("default") || !words.TakeHex(out var @default) || !words.Take("direct_packets_stat", out var direct))
            return null;
        TcHtb htb = new(r2q, @default) { DirectPackets = direct };
        if (words.Take("direct_qlen", out var length))
            htb = htb with { DirectQueueLength = length };
        return words.AtEnd ? htb : null;
    }

    private static string Print(TcNetem netem)
    {
        StringBuilder text = new($"limit {netem.Limit}");
        if (netem.Delay is not null || netem.Jitter != 0)
        {
            text.Append($" delay {TcUnits.PrintTime(netem.Delay ?? 0)}");
            if (netem.Jitter != 0)
                text.Append($"  {TcUnits.PrintTime(netem.Jitter)}{Correlation(netem.DelayCorrelation)}");
        }

        if (netem.Loss != 0)
            text.Append($" loss {TcUnits.PrintPercent(netem.Loss)}{Correlation(netem.LossCorrelation)}");
        if (netem.StateLoss is { } states)
        {
            text.Append($" loss state p13 {TcUnits.PrintPercent(states.P13)} p31 {TcUnits.PrintPercent(states.P31)} p32 {TcUnits.PrintPercent(states.P32)}");
            text.Append($" p23 {TcUnits.PrintPercent(states.P23)} p14 {TcUnits.PrintPercent(states.P14)}");
        }

        if (netem.BurstLoss is { } bursts)
            text.Append($" loss gemodel p {TcUnits.PrintPercent(bursts.P)} r {TcUnits.PrintPercent(bursts.R)} 1-h {TcUnits.PrintPercent(bursts.LossInBad)} 1-k {TcUnits.PrintPercent(bursts.LossInGood)}");
        if (netem.Duplicate != 0)
            text.Append($" duplicate {TcUnits.PrintPercent(netem.Duplicate)}{Correlation(netem.DuplicateCorrelation)}");
        if (netem.Reorder != 0)
            text.Append($" reorder {TcUnits.PrintPercent(netem.Reorder)}{Correlation(netem.ReorderCorrelation)}");
        if (netem.Corrupt != 0)
            text.Append($" corrupt {TcUnits.PrintPercent(netem.Corrupt)}{Correlation(netem.CorruptCorrelation)}");
        if (netem.Rate != 0)
        {
            text.Append($" rate {TcUnits.PrintRate(netem.Rate)}");
            if (netem.PacketOverhead != 0)
                text.Append($" packetoverhead {netem.PacketOverhead}");
            if (netem.CellSize != 0)
                text.Append($" cellsize {netem.CellSize}");
            if (netem.CellOverhead != 0)
                text.Append($" celloverhead {netem.CellOverhead}");
        }

        if (netem.Slot is { } slot)
        {
            text.Append($" slot {TcUnits.PrintLongTime(slot.MinimumDelay)} {TcUnits.PrintLongTime(slot.MaximumDelay)}");
            if (slot.Packets != 0)
                text.Append($" packets {slot.Packets}");
            if (slot.Bytes != 0)
                text.Append($" bytes {slot.Bytes}");
        }

        if (netem.Ecn)
            text.Append(" ecn ");
        if (netem.Gap != 0)
            text.Append($" gap {netem.Gap}");
        return text.ToString();

        static string Correlation(uint correlation) => correlation == 0 ? "" : $" {TcUnits.PrintPercent(correlation)}";
    }

    private static TcNetem? ParseNetem(WordReader words)
    {
        if (!words.Take("limit", out var limit))
            return null;
        return NetemWords.Parse(new TcNetem(limit), words);
    }
}
