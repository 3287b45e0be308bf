using System.Text;
using Weir.Rules.Conntrack;

namespace Weir.Fuzz.Targets;

/// <summary>Texts of conntrack: any text is taken and printed as it was.</summary>
public static class ConntrackTextTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        var text = Encoding.Latin1.GetString(input);
        var printed = ConntrackText.Parse(text).Model.ToString();
        Require.That(printed == text || printed == text + "\n", "the text came back changed");
    }
}
