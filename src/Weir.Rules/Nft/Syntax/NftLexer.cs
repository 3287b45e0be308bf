using System.Net;
using System.Net.Sockets;

namespace Weir.Rules.Nft.Syntax;

/// <summary>Cuts nft's text into tokens. Takes any text; what fits nowhere is a symbol of one character.</summary>
internal sealed class NftLexer
{
    private static readonly string[] Operators = ["==", "!=", "<=", ">=", "<<", ">>"];

    private readonly string _text;
    private readonly List<NftToken> _tokens = [];
    private int _at;
    private int _line = 1;

    private NftLexer(string text) => _text = text;

    internal static IReadOnlyList<NftToken> Read(string text)
    {
        var lexer = new NftLexer(text);
        while (lexer.Next())
        {
        }

        lexer.Add(NftTokenKind.End, "", text.Length);
        return lexer._tokens;
    }

    private bool Next()
    {
        SkipSpace();
        if (_at >= _text.Length)
            return false;
        var c = _text[_at];
        if (c == '\n')
        {
            Add(NftTokenKind.NewLine, "\n", _at + 1);
            _line++;
        }
        else if (c == '#')
        {
            var end = _text.IndexOf('\n', _at);
            end = end < 0 ? _text.Length : end;
            Add(NftTokenKind.Comment, _text[_at..end].TrimEnd(), end);
        }
        else if (c == '"')
        {
            Quoted();
        }
        else if (ColonAddress() is > 0 and var length)
        {
            Add(NftTokenKind.Word, _text.Substring(_at, length), _at + length);
        }
        else if (WordEnd() is var word && word > _at)
        {
            Add(NftTokenKind.Word, _text[_at..word], word);
        }
        else
        {
            var two = Operators.FirstOrDefault(o => string.CompareOrdinal(_text, _at, o, 0, 2) == 0);
            Add(NftTokenKind.Symbol, two ?? c.ToString(), _at + (two?.Length ?? 1));
        }

        return true;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is ' ' or '\t' or '\r')
            {
                _at++;
            }
            else if (_text[_at] == '\\' && _at + 1 < _text.Length && _text[_at + 1] == '\n')
            {
                _at += 2;
                _line++;
            }
            else
            {
                return;
            }
        }
    }

    private void Quoted()
    {
        var end = _text.IndexOf('"', _at + 1);
        var newLine = _text.IndexOf('\n', _at);
        if (end < 0 || (newLine >= 0 && newLine < end))
            Add(NftTokenKind.Symbol, "\"", _at + 1);
        else
            Add(NftTokenKind.Quoted, _text[(_at + 1)..end], end + 1);
    }

    /// <summary>The length of an IPv6 or a MAC address that begins here; 0 when none does.</summary>
    private int ColonAddress()
    {
        const int longest = 45;
        var end = _at;
        var colons = 0;
        while (end < _text.Length && end - _at <= longest && (char.IsAsciiHexDigit(_text[end]) || _text[end] is ':' or '.'))
            colons += _text[end++] == ':' ? 1 : 0;
        for (; end - _at >= 2 && colons >= 2; end--)
        {
            var candidate = _text.AsSpan(_at, end - _at);
            if (IsMac(candidate) || (IPAddress.TryParse(candidate, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6))
                return end - _at;
            colons -= _text[end - 1] == ':' ? 1 : 0;
        }

        return 0;
    }

    private static bool IsMac(ReadOnlySpan<char> text)
    {
        if (text.Length != 17)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (i % 3 == 2 ? text[i] != ':' : !char.IsAsciiHexDigit(text[i]))
                return false;
        }

        return true;
    }

    /// <summary>Where the word that begins here ends: names, which may hold - / . and end with an asterisk, and numbers, which may not.</summary>
    private int WordEnd()
    {
        var end = _at;
        if (char.IsAsciiDigit(_text[end]))
        {
            while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_' || (_text[end] == '.' && end + 1 < _text.Length && char.IsAsciiDigit(_text[end + 1]))))
                end++;
            return end;
        }

        if (!char.IsLetter(_text[end]) && _text[end] is not ('_' or '\\') && !(_text[end] == '.' && end + 1 < _text.Length && char.IsAsciiLetterOrDigit(_text[end + 1])))
            return end;
        while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] is '_' or '-' or '/' or '.' or '\\'))
            end++;
        if (end < _text.Length && _text[end] == '*')
            end++;
        return end;
    }

    private void Add(NftTokenKind kind, string text, int end)
    {
        _tokens.Add(new NftToken(kind, text, _line, _at, end));
        _at = end;
    }
}
