using System.Text;

namespace Weir.Rules.Iptables.Parsing;

/// <summary>Text in the kernel's fixed fields.</summary>
internal static class KernelText
{
    /// <summary>The text as far as it fits into so many bytes of UTF-8, whole characters only.</summary>
    internal static string Cut(string text, int bytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= bytes)
            return text;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Utf8SequenceLength > bytes)
                break;
            bytes -= rune.Utf8SequenceLength;
            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}
