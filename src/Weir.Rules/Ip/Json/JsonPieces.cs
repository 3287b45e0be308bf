using System.Text;
using System.Text.Json;

namespace Weir.Rules.Ip.Json;

/// <summary>An object of a listing.</summary>
/// <param name="Line">How many line ends stand before it in the listing.</param>
/// <param name="Whole">All of it: what is read.</param>
/// <param name="Text">What of it is printed again from its entry.</param>
/// <param name="End">What stands between that and the next piece.</param>
/// <param name="IsAddress">Whether it is one of <c>addr_info</c>.</param>
internal readonly record struct JsonPiece(int Line, string Whole, string Text, string End, bool IsAddress);

/// <summary>A listing of <c>ip -j</c> in its pieces: put together again they are the listing, character by character.</summary>
internal sealed class JsonPieces
{
    private readonly byte[] _bytes;
    private readonly List<JsonPiece> _pieces = [];
    private readonly List<(int Start, int TextEnd, int End, bool IsAddress)> _marks = [];

    internal JsonPieces(string text)
    {
        _bytes = Encoding.UTF8.GetBytes(text);
        Head = text;
    }

    /// <summary>What stands before the first object.</summary>
    internal string Head { get; private set; }

    internal IReadOnlyList<JsonPiece> All => _pieces;

    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="LineException">It is no list of objects.</exception>
    internal void Read()
    {
        if (Encoding.UTF8.GetString(_bytes) != Head)
            throw new LineException("it has characters that are none.");
        var reader = new Utf8JsonReader(_bytes);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new LineException("ip prints a list.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            TakeElement(ref reader);
        while (reader.Read())
        {
        }

        Cut();
    }

    private void TakeElement(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new LineException("ip prints a list of objects.");
        var mark = _marks.Count;
        var (textEnd, isLink) = (-1, false);
        _marks.Add(default);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isLink |= reader.ValueTextEquals("ifname");
            var addresses = textEnd < 0 && reader.ValueTextEquals("addr_info");
            var nameStart = (int)reader.TokenStartIndex;
            reader.Read();
            if (addresses && reader.TokenType == JsonTokenType.StartArray)
            {
                textEnd = EndBefore(nameStart);
                TakeAddresses(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        // A link's text is without its closing bracket, whether addresses follow or not.
        var end = (int)reader.BytesConsumed;
        _marks[mark] = (start, textEnd >= 0 ? textEnd : isLink ? end - 1 : end, end, false);
    }

    private void TakeAddresses(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new LineException("addr_info is a list of objects.");
            reader.Skip();
            _marks.Add((start, (int)reader.BytesConsumed, (int)reader.BytesConsumed, true));
        }
    }

    /// <summary>Where the text before a member ends, without comma and spaces.</summary>
    private int EndBefore(int position)
    {
        while (position > 0 && _bytes[position - 1] is (byte)',' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            position--;
        return position;
    }

    private void Cut()
    {
        if (_marks.Count == 0)
            return;
        Head = Slice(0, _marks[0].Start);
        var line = Head.AsSpan().Count('\n');
        for (var i = 0; i < _marks.Count; i++)
        {
            var (start, textEnd, end, isAddress) = _marks[i];
            var next = i + 1 < _marks.Count ? _marks[i + 1].Start : _bytes.Length;
            _pieces.Add(new JsonPiece(line, Slice(start, end), Slice(start, textEnd), Slice(textEnd, next), isAddress));
            line += _bytes.AsSpan(start, next - start).Count((byte)'\n');
        }
    }

    private string Slice(int start, int end) => Encoding.UTF8.GetString(_bytes, start, end - start);
}
