namespace Weir.Rules.Tc;

/// <summary>prio and pfifo_fast, where tc prints them and where it reads them (man tc-prio).</summary>
internal static class PrioWords
{
    private const int Priorities = 16, MostBands = 16;

    private static readonly byte[] Default = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];

    internal static string Print(TcPrio prio) => $"bands {prio.Bands} priomap {string.Join(' ', prio.Map)}";

    /// <summary>Null when it is not what tc prints.</summary>
    internal static TcPrio? Parse(WordReader words)
    {
        if (!words.Take("bands", out var bands) || !words.Take("priomap"))
            return null;
        List<byte> map = [];
        while (map.Count < Priorities && words.TakeUInt32(out var band) && band <= byte.MaxValue)
            map.Add((byte)band);
        return map.Count == Priorities && words.AtEnd ? new TcPrio(bands, map) : null;
    }

    /// <summary>Bands first: what follows <c>priomap</c> is compared with them. Priorities that are not named keep their band.</summary>
    internal static TcPrio Command(WordReader words)
    {
        TcPrio prio = new(3, Default);
        while (!words.AtEnd)
        {
            if (words.Peek == "bands")
                prio = prio with { Bands = TcCommandParser.Number(words, int.MaxValue) };
            else if (words.Take("priomap"))
                prio = prio with { Map = Map(words, prio.Bands) };
            else if (!words.Take("multiqueue"))
                throw TcWordException.At(words, "bands or priomap");
        }

        return prio.Bands is < 2 or > MostBands || prio.Map.Any(band => band >= prio.Bands)
            ? throw new TcWordException($"prio has 2 to {MostBands} bands, and no priority goes to another one") : prio;
    }

    private static byte[] Map(WordReader words, uint bands)
    {
        byte[] map = [.. Default];
        for (var i = 0; words.TakeUInt32(out var band); i++)
        {
            if (i == Priorities)
                throw new TcWordException($"there are {Priorities} priorities");
            map[i] = band < bands ? (byte)band : throw new TcWordException($"priomap names band {band} of {bands}");
        }

        return map;
    }
}
