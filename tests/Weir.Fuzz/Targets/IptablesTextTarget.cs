using System.Text;
using Weir.Rules.Iptables;

namespace Weir.Fuzz.Targets;

/// <summary>Texts for iptables-restore: any is read; what is printed is read back as what it was.</summary>
public static class IptablesTextTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        foreach (IptablesFamily family in (ReadOnlySpan<IptablesFamily>)[IptablesFamily.IPv4, IptablesFamily.IPv6])
        {
            string printed = IptablesRuleset.Parse(text, family).Model.ToText();
            Require.That(IptablesRuleset.Parse(printed, family).Model.ToText() == printed, "what was printed reads back the same");
        }
    }
}
