using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Weir.Rules.Ip.Json;

/// <summary>The members of one JSON object. Each is taken by its name; those that nobody took are told in the end.</summary>
internal sealed class Members
{
    private readonly List<(string Name, JsonElement Value)> _left = [];
    private readonly List<(string Path, Members Members)> _within = [];

    /// <exception cref="LineException">It is no object.</exception>
    internal Members(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new LineException($"'{Shown(element)}' is no object.");
        foreach (var member in element.EnumerateObject())
            _left.Add((NameOf(member), member.Value));
    }

    internal bool IsEmpty => _left.Count == 0;

    internal bool Has(string name) => _left.Exists(member => member.Name == name);

    /// <summary>Null when there is no such member.</summary>
    internal JsonElement? Take(string name)
    {
        var at = _left.FindIndex(member => member.Name == name);
        if (at < 0)
            return null;
        var value = _left[at].Value;
        _left.RemoveAt(at);
        return value;
    }

    /// <summary>Whether it is there, with null or true.</summary>
    internal bool Flag(string name) => Take(name) is { } value && (value.ValueKind is JsonValueKind.Null or JsonValueKind.True
        || (value.ValueKind == JsonValueKind.False ? false : throw Wrong(name, value, "null or true")));

    internal string? Text(string name) => Take(name) is { } value ? TextOf(name, value) : null;

    internal uint? Number(string name, uint most = uint.MaxValue) =>
        Take(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetUInt32(out var number) && number <= most ? number
        : throw Wrong(name, value, $"a number from 0 to {most}");

    internal ulong? Long(string name) =>
        Take(name) is not { } value ? null : value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number) ? number : throw Wrong(name, value, "a number");

    internal uint? Named(string name, IpNames names, uint most)
    {
        if (Text(name) is not { } word)
            return null;
        return names.TryFind(word, out var number) && number <= most ? number : throw new LineException($"'{word}' is no {name}: a number up to {most}, or a name that iproute2's tables have.");
    }

    /// <summary>A number as printf's %#x or %x prints it.</summary>
    internal uint? Hex(string name)
    {
        if (Text(name) is not { } word)
            return null;
        var digits = word.StartsWith("0x", StringComparison.Ordinal) ? word.AsSpan(2) : word;
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : throw new LineException($"'{name}' takes a number such as 0x10.");
    }

    internal IPAddress? Address(string name) =>
        Text(name) is not { } word ? null : IpAddressText.TryParse(word, out var address) ? address : throw new LineException($"'{name}' takes an IP address.");

    /// <summary>The members of an object within this one; what is not taken of them is told too.</summary>
    internal Members? Within(string name) => Take(name) is { } value ? Open($"{name}.", value) : null;

    /// <summary>Those of each object of an array.</summary>
    internal IReadOnlyList<Members> Objects(string name) => [.. Array(name).Select(element => Open($"{name}.", element))];

    internal IReadOnlyList<string> Texts(string name) => [.. Array(name).Select(element => TextOf(name, element))];

    /// <summary>All that is left, with its place.</summary>
    internal IEnumerable<string> Unknown() => _left.Select(member => member.Name).Concat(_within.SelectMany(within => within.Members.Unknown().Select(name => within.Path + name)));

    /// <summary>All that is left, without spaces.</summary>
    internal IReadOnlyList<LinkDetail> TakeAll()
    {
        LinkDetail[] all = [.. _left.Select(member => new LinkDetail(member.Name, Compact(member.Value)))];
        _left.Clear();
        return all;
    }

    private Members Open(string path, JsonElement value)
    {
        var members = new Members(value);
        _within.Add((path, members));
        return members;
    }

    private List<JsonElement> Array(string name) =>
        Take(name) is not { } value ? [] : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw Wrong(name, value, "a list");

    internal static string TextOf(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw Wrong(name, value, "a string");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new LineException($"'{name}' has a string that is no text.");
        }
    }

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new LineException("A member has a name that is no text.");
        }
    }

    /// <summary>A value without spaces; numbers as they stand.</summary>
    internal static string Compact(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            return value.GetRawText();
        using var stream = new MemoryStream();
        try
        {
            using var writer = new Utf8JsonWriter(stream, IpJson.Form);
            value.WriteTo(writer);
        }
        catch (InvalidOperationException)
        {
            throw new LineException("A value has a string that is no text.");
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static LineException Wrong(string name, JsonElement value, string wanted) => new($"'{name}' takes {wanted}, not {Shown(value)}.");

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: <= 40 } text ? text : $"{value.GetRawText()[..40]}…";
}
