namespace Weir.Rules.Tc;

/// <summary>What the qdiscs are told (man tc-htb, tc-tbf, tc-pfifo, tc-netem).</summary>
internal static class DisciplineWords
{
    internal static TcDiscipline Parse(string kind, WordReader words) => kind switch
    {
        "pfifo" => words.Peek == "limit" ? new TcFifo(TcCommandParser.Number(words, uint.MaxValue)) : throw TcWordException.At(words, "limit"),
        "pfifo_head_drop" => words.Peek == "limit" ? new TcFifo(TcCommandParser.Number(words, uint.MaxValue)) : throw TcWordException.At(words, "limit"),
        "bfifo" => words.Take("limit") ? new TcFifo(Size(words)) : throw TcWordException.At(words, "limit"),
        "htb" => Htb(words),
        "tbf" => Tbf(words),
        "netem" => NetemWords.Command(words),
        "prio" => PrioWords.Command(words),
        "codel" or "fq_codel" => CodelWords.Command(kind, words),
        _ => throw new TcWordException($"what qdisc {kind} can be told is not known here"),
    };

    internal static TcHtbClass ParseHtbClass(WordReader words)
    {
        ulong rate = 0, ceiling = 0;
        uint burst = 0, ceilingBurst = 0, priority = 0, quantum = 0, overhead = 0, minimum = 0, mtu = 1600;
        var atm = false;
        while (!words.AtEnd)
        {
            switch (words.Peek)
            {
                case "rate":
                    rate = Rate(words);
                    break;
                case "ceil":
                    ceiling = Rate(words);
                    break;
                case "burst" or "buffer" or "maxburst":
                    words.Next();
                    burst = SizeAndCell(words);
                    break;
                case "cburst" or "cbuffer" or "cmaxburst":
                    words.Next();
                    ceilingBurst = SizeAndCell(words);
                    break;
                case "prio":
                    priority = TcCommandParser.Number(words, uint.MaxValue);
                    break;
                case "quantum":
                    quantum = TcCommandParser.Number(words, uint.MaxValue);
                    break;
                case "mtu":
                    mtu = TcCommandParser.Number(words, uint.MaxValue);
                    break;
                case "overhead":
                    overhead = TcCommandParser.Number(words, ushort.MaxValue);
                    break;
                case "mpu":
                    minimum = TcCommandParser.Number(words, ushort.MaxValue);
                    break;
                case "linklayer":
                    atm = LinkLayer(words);
                    break;
                default:
                    throw TcWordException.At(words, "a word of an htb class");
            }
        }

        if (rate == 0)
            throw new TcWordException("a class of htb needs a rate");
        ceiling = ceiling == 0 ? rate : ceiling;
        return new TcHtbClass(rate, ceiling, burst == 0 ? Default(rate, mtu) : burst, ceilingBurst == 0 ? Default(ceiling, mtu) : ceilingBurst)
        {
            Priority = priority,
            Quantum = quantum,
            Overhead = (ushort)overhead,
            MinimumPacket = (ushort)minimum,
            Atm = atm,
        };

        // What the rate brings in a nanosecond, and a packet.
        static uint Default(ulong rate, uint mtu) => (uint)Math.Min((rate / 1_000_000_000) + mtu, uint.MaxValue);
    }

    private static TcHtb Htb(WordReader words)
    {
        TcHtb htb = new(10, 0);
        while (!words.AtEnd)
        {
            htb = words.Peek switch
            {
                "default" => words.Take("default") && words.TakeHex(out var @default) ? htb with { DefaultClass = @default } : throw TcWordException.At(words, "a class"),
                "r2q" => htb with { RateToQuantum = TcCommandParser.Number(words, uint.MaxValue) },
                "direct_qlen" => htb with { DirectQueueLength = TcCommandParser.Number(words, uint.MaxValue) },
                _ => throw TcWordException.At(words, "default, r2q or direct_qlen"),
            };
        }

        return htb;
    }

    private static TcTbf Tbf(WordReader words)
    {
        TcTbf tbf = new(0, 0, 0);
        while (!words.AtEnd)
        {
            switch (words.Peek)
            {
                case "rate":
                    tbf = tbf with { Rate = Rate(words) };
                    break;
                case "peakrate":
                    tbf = tbf with { PeakRate = Rate(words) };
                    break;
                case "burst" or "buffer" or "maxburst":
                    words.Next();
                    tbf = tbf with { Burst = SizeAndCell(words) };
                    break;
                case "mtu" or "minburst":
                    words.Next();
                    tbf = tbf with { MinimumBurst = SizeAndCell(words) };
                    break;
                case "limit":
                    words.Next();
                    tbf = tbf with { Limit = Size(words) };
                    break;
                case "latency" or "lat":
                    words.Next();
                    if (!TcUnits.TryParseTime(words.Peek, out var latency))
                        throw TcWordException.At(words, "a time");
                    words.Next();
                    tbf = tbf with { Latency = latency };
                    break;
                case "overhead":
                    tbf = tbf with { Overhead = (ushort)TcCommandParser.Number(words, ushort.MaxValue) };
                    break;
                case "mpu":
                    words.Next();
                    tbf = tbf with { MinimumPacket = (ushort)Size(words) };
                    break;
                case "linklayer":
                    tbf = tbf with { Atm = LinkLayer(words) };
                    break;
                default:
                    throw TcWordException.At(words, "a word of tbf");
            }
        }

        // tc counts whole microseconds, and takes a zero for nothing said.
        var (hasLimit, hasTime) = (tbf.Limit is not (null or 0), tbf.Latency >= 1);
        if (tbf.Rate == 0 || tbf.Burst == 0 || (!hasLimit && !hasTime) || (tbf.PeakRate != 0 && tbf.MinimumBurst == 0))
            throw new TcWordException("tbf needs a rate, a burst, a latency or a limit, and for a peakrate an mtu");
        return hasLimit && hasTime ? throw new TcWordException("tbf wants a latency or a limit, not both") : tbf with { Latency = Math.Floor(tbf.Latency), Limit = hasLimit ? tbf.Limit : null };
    }

    /// <returns>Cells of ATM.</returns>
    internal static bool LinkLayer(WordReader words)
    {
        words.Next();
        return words.Peek is "atm" or "adsl" or "ethernet" ? words.Next() is not "ethernet" : throw TcWordException.At(words, "ethernet, atm or adsl");
    }

    private static ulong Rate(WordReader words)
    {
        words.Next();
        return TcUnits.TryParseRate(words.Peek, out var rate) && words.Next().Length != 0 ? rate : throw TcWordException.At(words, "a rate, as 10mbit,");
    }

    internal static uint Size(WordReader words) =>
        TcUnits.TryParseSize(words.Peek, out var size) && words.Next().Length != 0 ? size : throw TcWordException.At(words, "a size, as 15k,");

    /// <summary><c>15k/8</c> also says the cell, a power of two, which kernels no longer need.</summary>
    internal static uint SizeAndCell(WordReader words)
    {
        var parts = words.Peek.Split('/');
        var isCell = parts.Length == 1 || (parts.Length == 2 && WordReader.TryNumber(parts[1], out var cell) && cell > 0 && (cell & (cell - 1)) == 0);
        return isCell && TcUnits.TryParseSize(parts[0], out var size) && words.Next().Length != 0 ? size : throw TcWordException.At(words, "a size, as 15k,");
    }
}
