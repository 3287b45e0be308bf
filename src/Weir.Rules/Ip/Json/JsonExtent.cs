namespace Weir.Rules.Ip.Json;

/// <summary>Finds where a JSON value that begins in a line ends, without reading it.</summary>
internal ref struct JsonExtent
{
    private int _depth;
    private bool _inString;
    private bool _escaped;

    /// <summary>Whether a line can only be the begin of a listing of <c>ip -j</c>.</summary>
    internal static bool Begins(ReadOnlySpan<char> line) => line.TrimStart() is ['[', ..] text && text[1..].TrimStart() is [] or ['{', ..] or [']', ..];

    /// <summary>Goes through one more line.</summary>
    /// <returns>How many of its characters belong to the value; -1 when all do and it goes on.</returns>
    internal int Take(ReadOnlySpan<char> line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            var character = line[i];
            if (_inString)
            {
                _inString = _escaped || character != '"';
                _escaped = !_escaped && character == '\\';
                continue;
            }

            switch (character)
            {
                case '"': _inString = true; break;
                case '[' or '{': _depth++; break;
                case ']' or '}' when --_depth <= 0: return i + 1;
            }
        }

        return -1;
    }
}
