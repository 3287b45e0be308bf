using System.Text;
using Weir.Rules.Iptables;
using Weir.Rules.Text;

namespace Weir.Fuzz.Targets;

/// <summary>Texts for iptables-restore: any is read; what is printed of a faultless one is read back as what it was.</summary>
public static class IptablesTextTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        foreach (IptablesFamily family in (ReadOnlySpan<IptablesFamily>)[IptablesFamily.IPv4, IptablesFamily.IPv6])
        {
            ParsedText<IptablesRuleset> parsed = IptablesRuleset.Parse(text, family);
            string printed = parsed.Model.ToText();
            // A line that was refused may be right at the place where it is printed, so only faultless texts keep their meaning for certain.
            ParsedText<IptablesRuleset> again = IptablesRuleset.Parse(printed, family);
            Require.That(parsed.Findings.Count > 0 || (again.Findings.Count == 0 && again.Model.ToText() == printed), "what was printed reads back the same");
        }
    }
}
