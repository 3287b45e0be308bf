using System.Text;
using Weir.Host.Ip;
using Weir.Host.Ipset;
using Weir.Host.Iptables;
using Weir.Host.Nft;
using Weir.Host.Tc;
using Weir.Linux;
using Weir.Rules.Text;

namespace Weir.Host.Formats;

/// <summary>All formats there are.</summary>
public static class RulesFormats
{
    private static readonly NftFormat Nft = new();

    /// <summary>In the order in which they are installed: what others refer to comes first.</summary>
    public static IReadOnlyList<IRulesFormat> All { get; } = [new IpsetFormat(), new IpFormat(), new TcFormat(), IptablesFormat.IPv4, IptablesFormat.IPv6, Nft];

    /// <exception cref="ArgumentException">There is no such format.</exception>
    public static IRulesFormat Find(string name) => All.FirstOrDefault(format => format.Name == name) ?? throw new ArgumentException($"There is no format {name}.", nameof(name));

    /// <summary>Where in <see cref="All"/> a format stands.</summary>
    public static int OrderOf(string name) => All.TakeWhile(format => format.Name != name).Count();

    /// <summary>All of a namespace, each format's text behind the line that names its tool: <see cref="TextFormat.Sections"/> reads it again.</summary>
    /// <remarks>A table that iptables-save shows stands in its words only: the same rules in nft's would be installed twice.</remarks>
    public static string ShowAll(NetworkNamespace ns, ShowOptions? options = null)
    {
        var whole = new StringBuilder();
        var shown = new HashSet<(string Family, string Table)>();
        foreach (var format in All)
        {
            var text = format == Nft ? Nft.Show(ns, (family, table) => shown.Contains((family, table))) : format.Show(ns, options);
            if (text.Length == 0)
                continue;
            if (format is IptablesFormat)
                shown.UnionWith(text.Split('\n').Where(line => line.StartsWith('*')).Select(line => (format.Name == TextFormat.Iptables ? "ip" : "ip6", line[1..])));
            if (whole.Length != 0)
                whole.Append('\n');
            if (PromptOf(format) is { } prompt)
                whole.Append(prompt).Append('\n');
            whole.Append(text);
        }

        return whole.ToString();
    }

    /// <summary>The line that says what text follows; null where the text has such lines itself.</summary>
    private static string? PromptOf(IRulesFormat format) => format.Name switch
    {
        TextFormat.Iptables or TextFormat.Ip6tables => $"$ {format.Name}-save",
        TextFormat.Nft => "$ nft list ruleset",
        TextFormat.Ipset => "$ ipset save",
        _ => null,
    };
}
