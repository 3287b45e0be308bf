using System.Globalization;

namespace Weir.Rules.Tc;

/// <summary>The words of a line, one after the other. What is asked for and not there is the empty word.</summary>
internal sealed class WordReader(IReadOnlyList<string> words)
{
    private int _next;

    internal WordReader(string line)
        : this(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
    {
    }

    internal bool AtEnd => _next >= words.Count;

    internal string Peek => AtEnd ? "" : words[_next];

    internal string PeekSecond => _next + 1 < words.Count ? words[_next + 1] : "";

    internal string Next() => AtEnd ? "" : words[_next++];

    /// <summary>The rest in one piece.</summary>
    internal string Rest()
    {
        var rest = string.Join(' ', words.Skip(_next));
        _next = words.Count;
        return rest;
    }

    internal bool Take(string word)
    {
        if (AtEnd || words[_next] != word)
            return false;
        _next++;
        return true;
    }

    /// <summary>A word and the number after it.</summary>
    internal bool Take(string word, out uint number)
    {
        number = 0;
        if (Peek != word || !TryNumber(PeekSecond, out var read) || read > uint.MaxValue)
            return false;
        _next += 2;
        number = (uint)read;
        return true;
    }

    internal bool TakeNumber(out long number)
    {
        if (!TryNumber(Peek, out number))
            return false;
        _next++;
        return true;
    }

    internal bool TakeUInt32(out uint number)
    {
        number = 0;
        if (!TryNumber(Peek, out var read) || read is < 0 or > uint.MaxValue)
            return false;
        number = (uint)read;
        _next++;
        return true;
    }

    internal bool TakeHex(out uint number)
    {
        var word = Peek.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? Peek[2..] : Peek;
        if (!uint.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number))
            return false;
        _next++;
        return true;
    }

    internal bool TakeHandle(out uint handle)
    {
        if (!TcHandle.TryParse(Peek, out handle))
            return false;
        _next++;
        return true;
    }

    /// <summary>Decimal, or hexadecimal after <c>0x</c>.</summary>
    internal static bool TryNumber(string word, out long number)
    {
        var negative = word.StartsWith('-');
        var digits = negative ? word[1..] : word;
        var isHex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var read = long.TryParse(isHex ? digits[2..] : digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out number);
        number = negative ? -number : number;
        return read;
    }
}
