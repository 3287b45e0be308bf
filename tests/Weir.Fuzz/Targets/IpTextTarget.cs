using System.Text;
using Weir.Rules.Ip;

namespace Weir.Fuzz.Targets;

/// <summary>Texts of ip: any is taken, and comes back as it was.</summary>
public static class IpTextTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        Require.That(IpTextParser.Parse(text).Model.Print(IpNameTables.Default) == text, "a text comes back as it was");
    }
}
