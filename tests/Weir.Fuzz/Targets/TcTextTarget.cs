using System.Text;
using Weir.Rules.Tc;

namespace Weir.Fuzz.Targets;

/// <summary>Texts of tc: any is taken, and comes back as it was.</summary>
public static class TcTextTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input).ReplaceLineEndings("\n") + "\n";
        Require.That(TcParser.Parse(text).Model.ToString() == text, "a text comes back as it was");
    }
}
