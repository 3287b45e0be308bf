using System.Diagnostics.CodeAnalysis;

namespace Weir.Rules.Ip;

/// <summary>The words of one line, one after the other.</summary>
internal sealed class Words
{
    private readonly string[] _words;
    private int _next;

    internal Words(string line) => _words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    internal bool AtEnd => _next >= _words.Length;

    /// <summary>What is left.</summary>
    internal ReadOnlySpan<string> Rest => _words.AsSpan(Math.Min(_next, _words.Length));

    internal string? Peek => AtEnd ? null : _words[_next];

    internal bool Next([NotNullWhen(true)] out string? word)
    {
        word = Peek;
        _next++;
        return word is not null;
    }

    /// <summary>Takes the next word when it is this one.</summary>
    internal bool Take(string word)
    {
        if (Peek != word)
            return false;
        _next++;
        return true;
    }
}

/// <summary>Why a line was not understood; it never leaves the parser.</summary>
internal sealed class LineException(string message) : Exception(message);
