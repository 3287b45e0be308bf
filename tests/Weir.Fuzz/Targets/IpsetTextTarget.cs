using System.Text;
using Weir.Rules.Ipset;

namespace Weir.Fuzz.Targets;

/// <summary>Texts of ipset: any text is taken, keeps its lines, and what is printed reads the same again.</summary>
public static class IpsetTextTarget
{
    private static readonly IpsetContext Context = new()
    {
        Kinds = name => name.Length % 3 == 0 ? new IpsetKind("hash:net,port", IpsetFamily.Inet) : name.Length % 3 == 1 ? new IpsetKind("hash:ip", IpsetFamily.Inet6) : null,
    };

    public static void Run(ReadOnlySpan<byte> input)
    {
        var text = Encoding.Latin1.GetString(input);
        var parsed = IpsetText.Parse(text, Context);
        var printed = parsed.Model.ToString();
        Require.That(parsed.Model.Lines.Count == printed.Count(character => character == '\n'), "a line was lost");
        Require.That(printed == IpsetText.Parse(printed, Context).Model.ToString(), "what was printed reads differently");
    }
}
