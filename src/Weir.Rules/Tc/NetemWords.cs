namespace Weir.Rules.Tc;

/// <summary>The words of netem, which are the same where tc prints them and where it reads them (man tc-netem).</summary>
internal static class NetemWords
{
    /// <summary>All words up to the end; null when one is not known.</summary>
    internal static TcNetem? Parse(TcNetem netem, WordReader words)
    {
        while (!words.AtEnd)
        {
            if (One(netem, words.Next(), words) is not { } more)
                return null;
            netem = more;
        }

        return netem;
    }

    /// <summary>What tc is told; it refuses what makes no sense.</summary>
    internal static TcNetem Command(WordReader words)
    {
        var netem = Parse(new TcNetem(1000), words) ?? throw new TcWordException("not all words of netem are understood");
        if (netem.Reorder != 0 && netem.Delay is null or 0)
            throw new TcWordException("netem reorders only with a delay");
        if (netem is { Reorder: 0, Gap: not 0 })
            throw new TcWordException("netem has a gap only where it reorders");
        return netem is { Ecn: true, Loss: 0, BurstLoss: null, StateLoss: null } ? throw new TcWordException("netem marks by ecn only what it would lose") : netem;
    }

    private static TcNetem? One(TcNetem netem, string word, WordReader words)
    {
        uint chance;
        switch (word)
        {
            case "limit":
                // tc reads it as a size.
                return TcUnits.TryParseSize(words.Next(), out var limit) ? netem with { Limit = limit } : null;
            case "delay" or "latency":
                if (!TcUnits.TryParseTime(words.Next(), out var delay))
                    return null;
                netem = netem with { Delay = (uint)delay };
                if (char.IsAsciiDigit(words.Peek.FirstOrDefault()) && TcUnits.TryParseTime(words.Peek, out var jitter))
                {
                    words.Next();
                    netem = netem with { Jitter = (uint)jitter, DelayCorrelation = Second(words) };
                }

                return netem;
            case "loss" or "drop":
                if (words.Take("gemodel"))
                    return Bursts(netem, words);
                if (words.Take("state"))
                    return States(netem, words);
                words.Take("random");
                return TcUnits.TryParsePercent(words.Next(), out chance) ? netem with { Loss = chance, LossCorrelation = Second(words) } : null;
            case "duplicate":
                return TcUnits.TryParsePercent(words.Next(), out chance) ? netem with { Duplicate = chance, DuplicateCorrelation = Second(words) } : null;
            case "reorder":
                // Reordering needs a gap; 1 is what tc gives it.
                return TcUnits.TryParsePercent(words.Next(), out chance)
                    ? netem with { Reorder = chance, ReorderCorrelation = Second(words), Gap = netem.Gap == 0 ? 1 : netem.Gap } : null;
            case "corrupt":
                return TcUnits.TryParsePercent(words.Next(), out chance) ? netem with { Corrupt = chance, CorruptCorrelation = Second(words) } : null;
            case "gap":
                return words.TakeUInt32(out var gap) ? netem with { Gap = gap } : null;
            case "slot":
                return Slot(netem, words);
            case "ecn":
                return netem with { Ecn = true };
            case "rate":
                return TcUnits.TryParseRate(words.Next(), out var rate) ? Cells(netem with { Rate = rate }, words) : null;
            default:
                return null;
        }
    }

    /// <summary>After a rate tc prints names and reads bare numbers.</summary>
    private static TcNetem Cells(TcNetem netem, WordReader words)
    {
        if (words.TakeNumber(out var overhead))
        {
            netem = netem with { PacketOverhead = (int)overhead };
            if (words.TakeUInt32(out var size))
                netem = netem with { CellSize = size };
            return words.TakeNumber(out var cell) ? netem with { CellOverhead = (int)cell } : netem;
        }

        if (words.Take("packetoverhead") && words.TakeNumber(out overhead))
            netem = netem with { PacketOverhead = (int)overhead };
        if (words.Take("cellsize", out var cellSize))
            netem = netem with { CellSize = cellSize };
        if (words.Take("celloverhead") && words.TakeNumber(out overhead))
            netem = netem with { CellOverhead = (int)overhead };
        return netem;
    }

    private static TcNetem Bursts(TcNetem netem, WordReader words)
    {
        // Defaults of tc: 1-h is 100 %, 1-k is 0, r is 1 - p.
        var chances = Chances(words, ["p", "r", "1-h", "1-k"], [0, 0, uint.MaxValue, 0]);
        return netem with { BurstLoss = new TcBurstLoss(chances[0], chances[1], chances[2], chances[3]) };
    }

    private static TcNetem States(TcNetem netem, WordReader words)
    {
        // Defaults of tc: p31 is 1 - p13, p23 is 100 %, the others 0.
        var chances = Chances(words, ["p13", "p31", "p32", "p23", "p14"], [0, 0, 0, uint.MaxValue, 0]);
        return netem with { StateLoss = new TcStateLoss(chances[0], chances[1], chances[2], chances[3], chances[4]) };
    }

    /// <summary>tc prints names and reads bare numbers; what the first one leaves is the second one's default.</summary>
    private static uint[] Chances(WordReader words, string[] names, uint[] chances)
    {
        for (var i = 0; i < chances.Length && !words.AtEnd; i++)
        {
            words.Take(names[i]);
            if (!TcUnits.TryParsePercent(words.Peek, out var chance))
                break;
            words.Next();
            chances[i] = chance;
            if (i == 0)
                chances[1] = uint.MaxValue - chance;
        }

        return chances;
    }

    private static TcNetem? Slot(TcNetem netem, WordReader words)
    {
        if (!TcUnits.TryParseLongTime(words.Next(), out var minimum))
            return null;
        TcSlot slot = new(minimum, minimum, 0, 0);
        if (TcUnits.TryParseLongTime(words.Peek, out var maximum))
        {
            words.Next();
            slot = slot with { MaximumDelay = maximum };
        }

        if (slot.MaximumDelay < slot.MinimumDelay)
            return null;
        while (words.Peek is "packets" or "bytes")
        {
            var isBytes = words.Next() == "bytes";
            if (!TcUnits.TryParseSize(words.Next(), out var number) || number > int.MaxValue)
                return null;
            slot = isBytes ? slot with { Bytes = (int)number } : slot with { Packets = (int)number };
        }

        return netem with { Slot = slot };
    }

    private static uint Second(WordReader words)
    {
        if (!words.Peek.EndsWith('%') || !TcUnits.TryParsePercent(words.Peek, out var chance))
            return 0;
        words.Next();
        return chance;
    }
}
