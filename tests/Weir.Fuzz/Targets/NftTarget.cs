using System.Text;
using Weir.Rules.Nft;

namespace Weir.Fuzz.Targets;

/// <summary>nft's text: any is read to its end, what is not understood is in the printed text, and what was printed is understood again.</summary>
public static class NftTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        var parsed = NftRuleset.Parse(Encoding.UTF8.GetString(input));
        var printed = parsed.Model.ToString();
        foreach (var finding in parsed.Findings)
            Require.That(printed.Contains(finding.Text, StringComparison.Ordinal), "what is not understood is kept");
        if (parsed.Findings.Count > 0)
            return;
        var again = NftRuleset.Parse(printed);
        Require.That(again.Model.ToString() == printed, "what is printed reads the same");
    }
}
