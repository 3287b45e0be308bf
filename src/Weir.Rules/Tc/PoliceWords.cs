using System.Globalization;
using System.Text;

namespace Weir.Rules.Tc;

/// <summary>The action police, where tc prints it and where it reads it (iproute2 6.1, tc/m_police.c; man tc-police).</summary>
internal static class PoliceWords
{
    internal static string Print(TcPolice police)
    {
        StringBuilder text = new($" police 0x{police.Index:x} rate {TcUnits.PrintRate(police.Rate)} burst {TcUnits.PrintSize(police.Burst)} mtu {TcUnits.PrintSize(police.Mtu)} ");
        if (police.PeakRate != 0)
            text.Append($"peakrate {TcUnits.PrintRate(police.PeakRate)} ");
        if (police.AverageRate != 0)
            text.Append($"avrate {TcUnits.PrintRate(police.AverageRate)} ");
        if (police.PacketRate != 0)
            text.Append($"pkts_rate {police.PacketRate} pkts_burst {police.PacketBurst} ");
        text.Append($"action {police.Control}");
        if (police.ConformControl.Length != 0)
            text.Append($"/{police.ConformControl}");
        text.Append($" overhead {police.Overhead}b ");
        if (police.Atm)
            text.Append("linklayer atm ");
        return text.Append($"\n\tref {police.References} bind {police.Bindings} ").ToString();
    }

    /// <summary>Null when the lines are not what tc prints.</summary>
    internal static TcPolice? Parse(List<string> lines)
    {
        WordReader words = new(lines[0]);
        if (!words.Take("police") || !words.TakeHex(out var index) || !words.Take("rate") || !TcUnits.TryParseRate(words.Next(), out var rate)
            || !words.Take("burst") || !TcUnits.TryParsePrintedSize(words.Next(), out var burst) || !words.Take("mtu") || !TryParseMtu(words.Next(), out var mtu))
            return null;
        TcPolice police = new("") { Index = index, Rate = rate, Burst = burst, Mtu = mtu };
        if (words.Take("peakrate") && TcUnits.TryParseRate(words.Next(), out var peak))
            police = police with { PeakRate = peak };
        if (words.Take("avrate") && TcUnits.TryParseRate(words.Next(), out var average))
            police = police with { AverageRate = (uint)Math.Min(average, uint.MaxValue) };
        if (words.Take("pkts_rate", out var packets) && words.Take("pkts_burst", out var packetBurst))
            police = police with { PacketRate = packets, PacketBurst = packetBurst };
        if (!words.Take("action"))
            return null;
        List<string> controls = [];
        while (!words.AtEnd && words.Peek != "overhead")
            controls.Add(words.Next());
        var control = string.Join(' ', controls).Split('/');
        if (!words.Take("overhead") || !ushort.TryParse(words.Next().TrimEnd('b'), NumberStyles.None, CultureInfo.InvariantCulture, out var overhead))
            return null;
        police = police with { Control = control[0], ConformControl = control.Length > 1 ? control[1] : "", Overhead = overhead, Atm = words.Take("linklayer") && words.Take("atm") };
        WordReader counted = new(lines.Count > 1 ? lines[1] : "");
        counted.Take("ref", out var references);
        counted.Take("bind", out var bindings);
        return words.AtEnd ? police with { References = references, Bindings = bindings } : null;
    }

    /// <summary>The words after <c>police</c>, up to one that is not its own.</summary>
    internal static TcPolice Command(WordReader words)
    {
        TcPolice police = new("reclassify");
        var isEmpty = true;
        while (One(police, words) is { } more)
            (police, isEmpty) = (more, false);
        if (isEmpty)
            throw TcWordException.At(words, "a rate");
        if (police.Rate != 0 && police.Burst == 0)
            throw new TcWordException("police needs a burst for its rate");
        if (police.PeakRate != 0 && (police.Rate == 0 || police.Mtu == 0))
            throw new TcWordException("police needs a rate and an mtu for its peakrate");
        return police.PacketRate != 0 != (police.PacketBurst != 0) ? throw new TcWordException("police needs both pkts_rate and pkts_burst") : police;
    }

    private static TcPolice? One(TcPolice police, WordReader words)
    {
        switch (words.Peek)
        {
            case "rate":
                return police with { Rate = Rate(words) };
            case "peakrate":
                return police with { PeakRate = Rate(words) };
            case "avrate":
                return police with { AverageRate = (uint)Math.Min(Rate(words), uint.MaxValue) };
            case "burst" or "buffer" or "maxburst":
                words.Next();
                return police with { Burst = DisciplineWords.SizeAndCell(words) };
            case "mtu" or "minburst":
                words.Next();
                return police with { Mtu = DisciplineWords.SizeAndCell(words) };
            case "mpu":
                words.Next();
                return police with { MinimumPacket = (ushort)DisciplineWords.Size(words) };
            case "overhead":
                return police with { Overhead = (ushort)TcCommandParser.Number(words, ushort.MaxValue) };
            case "linklayer":
                return police with { Atm = DisciplineWords.LinkLayer(words) };
            case "pkts_rate":
                return police with { PacketRate = TcCommandParser.Number(words, uint.MaxValue) };
            case "pkts_burst":
                return police with { PacketBurst = TcCommandParser.Number(words, uint.MaxValue) };
            case "index":
                return police with { Index = TcCommandParser.Number(words, uint.MaxValue) };
            case "conform-exceed":
                words.Next();
                return Controls(police, words);
            case "reclassify" or "drop" or "shot" or "continue" or "pass" or "ok" or "pipe" or "goto":
                return police with { Control = ActionWords.Control(words, "") };
            default:
                return null;
        }
    }

    /// <summary><c>EXCEED</c>, <c>EXCEED/CONFORM</c> in one word, or <c>EXCEED / CONFORM</c>.</summary>
    private static TcPolice Controls(TcPolice police, WordReader words)
    {
        var (exceed, conform) = ("", "");
        if (words.Peek.Split('/') is [var first, var second] && first.Length != 0)
        {
            words.Next();
            (exceed, conform) = (ActionWords.Control(new WordReader(first), ""), ActionWords.Control(new WordReader(second), ""));
            if (conform.Length == 0)
                throw new TcWordException($"\"{second}\" says nothing of what becomes of frames within the rate");
        }
        else
        {
            exceed = ActionWords.Control(words, "");
            if (words.Take("/") && (conform = ActionWords.Control(words, "")).Length == 0)
                throw TcWordException.At(words, "what becomes of frames within the rate");
        }

        if (exceed.Length == 0)
            throw TcWordException.At(words, "what becomes of frames beyond the rate");
        // Passing is what the kernel does anyway, and tc does not send it.
        return police with { Control = exceed, ConformControl = conform == "pass" ? "" : conform };
    }

    /// <summary>tc prints no limit as 4096Mb, which does not fit 32 bits.</summary>
    private static bool TryParseMtu(string text, out uint mtu)
    {
        mtu = uint.MaxValue;
        return text == TcUnits.PrintSize(uint.MaxValue) || TcUnits.TryParsePrintedSize(text, out mtu);
    }

    private static ulong Rate(WordReader words)
    {
        words.Next();
        return TcUnits.TryParseRate(words.Peek, out var rate) && words.Next().Length != 0 ? rate : throw TcWordException.At(words, "a rate, as 10mbit,");
    }
}
