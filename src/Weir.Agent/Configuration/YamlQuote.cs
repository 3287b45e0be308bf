using System.Globalization;
using System.Text;

namespace Weir.Agent.Configuration;

/// <summary>Writes a text so that YAML reads the same text back: plain where that is safe for any reader, else in double quotes.</summary>
internal static class YamlQuote
{
    private static readonly HashSet<string> s_words = new(StringComparer.OrdinalIgnoreCase) { "true", "false", "null", "yes", "no", "on", "off", "y", "n" };

    public static string Write(string text) => IsPlain(text) ? text : Quote(text);

    private static bool IsPlain(string text)
        => text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
            && !s_words.Contains(text) && !double.TryParse(text, NumberStyles.Any, CultureInfo.InvariantCulture, out _) && !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && !text.StartsWith("0o", StringComparison.OrdinalIgnoreCase);

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                < ' ' or (>= 0x7F and < 0xA0) or 0x2028 or 0x2029 or 0xFEFF => quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
                > 0xFFFF => quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}"),
                _ => quoted.Append(rune.ToString()),
            };
        }

        return quoted.Append('"').ToString();
    }
}
