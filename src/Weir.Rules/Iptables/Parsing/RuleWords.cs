using System.Text;

namespace Weir.Rules.Iptables.Parsing;

/// <summary>Splits a line as iptables-restore does (iptables/xshared.c, add_param_to_argv).</summary>
/// <remarks>Blanks and tabs part words; double quotes hold a word together, and end it; inside them a backslash takes the next character as it is.</remarks>
internal static class RuleWords
{
    internal static List<string> Split(ReadOnlySpan<char> line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool open = false, escaped = false, quoted = false;
        foreach (var character in line)
        {
            if (open && (escaped || character is not ('\\' or '"')))
            {
                word.Append(character);
                escaped = false;
                continue;
            }

            if (open && character == '\\')
            {
                escaped = true;
                continue;
            }

            if (!open && character == '"')
            {
                open = quoted = true;
                continue;
            }

            if (!open && character is not (' ' or '\t'))
            {
                word.Append(character);
                continue;
            }

            open = false;
            if (word.Length > 0 || quoted)
                words.Add(word.ToString());
            word.Clear();
            quoted = false;
        }

        if (open)
            throw new RuleSyntaxException("a double quote is not closed");
        if (word.Length > 0)
            words.Add(word.ToString());
        return words;
    }
}
