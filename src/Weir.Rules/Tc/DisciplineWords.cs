namespace Weir.Rules.Tc;

/// <summary>What the qdiscs are told (man tc-htb, tc-tbf, tc-pfifo, tc-netem).</summary>
internal static class DisciplineWords
{
    internal static TcDiscipline Parse(string kind, WordReader words) => kind switch
    {
        "pfifo" => words.Peek == "limit" ? new TcFifo(TcCommandParser.Number(words, uint.MaxValue)) : throw TcWordException.At(words, "limit"),
        "bfifo" => words.Take("limit") ? new TcFifo(Size(words)) : throw TcWordException.At(words, "limit"),
        "htb" => Htb(words),
        "tbf" => Tbf(words),
        "netem" => NetemWords.Parse(new TcNetem(1000), words) ?? throw new TcWordException("not all words of netem are understood"),
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
                    burst = Size(words);
                    break;
                case "cburst" or "cbuffer" or "cmaxburst":
                    words.Next();
                    ceilingBurst = Size(words);
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
        var hasLatency = false;
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
                    tbf = tbf with { Burst = Size(words) };
                    break;
                case "mtu" or "minburst":
                    words.Next();
                    tbf = tbf with { MinimumBurst = Size(words) };
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
                    hasLatency = true;
                    break;
                case "overhead":
                    tbf = tbf with { Overhead = (ushort)TcCommandParser.Number(words, ushort.MaxValue) };
                    break;
                case "mpu":
                    tbf = tbf with { MinimumPacket = (ushort)TcCommandParser.Number(words, ushort.MaxValue) };
                    break;
                case "linklayer":
                    tbf = tbf with { Atm = LinkLayer(words) };
                    break;
                default:
                    throw TcWordException.At(words, "a word of tbf");
            }
        }

        return tbf.Rate == 0 || tbf.Burst == 0 || (tbf.Limit is null && !hasLatency) ? throw new TcWordException("tbf needs a rate, a burst, and a latency or a limit") : tbf;
    }

    /// <returns>Cells of ATM.</returns>
    private static bool LinkLayer(WordReader words)
    {
        words.Next();
        return words.Peek is "atm" or "adsl" or "ethernet" ? words.Next() is not "ethernet" : throw TcWordException.At(words, "ethernet, atm or adsl");
    }

    private static ulong Rate(WordReader words)
    {
        words.Next();
        return TcUnits.TryParseRate(words.Peek, out var rate) && words.Next().Length != 0 ? rate : throw TcWordException.At(words, "a rate, as 10mbit,");
    }

    private static uint Size(WordReader words)
    {
        // "15k/8" also says the cell, which kernels no longer need.
        return TcUnits.TryParseSize(words.Peek.Split('/')[0], out var size) && words.Next().Length != 0 ? size : throw TcWordException.At(words, "a size, as 15k,");
    }
}
