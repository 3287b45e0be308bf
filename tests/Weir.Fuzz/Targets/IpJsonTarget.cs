using System.Text;
using Weir.Rules.Ip;

namespace Weir.Fuzz.Targets;

/// <summary>Listings of ip -j: any is taken, comes back as it was, and what is printed from its entries is read as the same entries.</summary>
public static class IpJsonTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        string text = $"$ ip -j route show table all\n[{Encoding.UTF8.GetString(input)}";
        IpText model = IpTextParser.Parse(text).Model;
        Require.That(model.Print(IpNameTables.Default) == text, "a text comes back as it was");
        string printed = (model with { Lines = [.. model.Lines.Select(line => line.Entry is null ? line : line with { Verbatim = null })] }).Print(IpNameTables.Default);
        Require.That(IpTextParser.Parse(printed).Model.Print(IpNameTables.Default) == printed, "what is printed comes back as it was");
    }
}
