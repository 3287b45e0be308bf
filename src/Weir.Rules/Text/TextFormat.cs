using System.Text.RegularExpressions;

namespace Weir.Rules.Text;

/// <summary>The formats of the standard tools' texts, found out by content.</summary>
/// <remarks>
/// A line <c>$ TOOL …</c>, as in a transcript of a shell and as <c>weir rules show</c> prints it, says by the tool's name what follows. A text without
/// such lines is in one format: the one that most of its lines look like.
/// </remarks>
public static partial class TextFormat
{
    public const string Iptables = "iptables", Ip6tables = "ip6tables", Nft = "nft", Ip = "ip", Tc = "tc", Ipset = "ipset";

    /// <summary>In the order in which they are installed: what others refer to comes first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Ipset, Ip, Tc, Iptables, Ip6tables, Nft];

    /// <summary>The parts of a text in their order, neighbours of one format joined. Empty when the format can't be told.</summary>
    public static IReadOnlyList<TextSection> Sections(string text)
    {
        var lines = text.Split('\n');
        if (!lines.Any(line => FormatOfPrompt(line) is not null))
            return Detect(text) is { } format ? [new TextSection(format, text)] : [];

        var sections = new List<TextSection>();
        string? current = null;
        var first = 0;
        for (var at = 0; at <= lines.Length; at++)
        {
            var next = at == lines.Length ? null : FormatOfPrompt(lines[at]) ?? current;
            if (next == current && at < lines.Length)
                continue;
            if (current is not null)
                sections.Add(new TextSection(current, SectionText(current, lines, first, at)));
            (current, first) = (next, at);
        }

        return sections;
    }

    /// <summary>The format that most lines look like; null when none does.</summary>
    public static string? Detect(string text)
    {
        var votes = new int[Names.Count];
        var lines = text.Split('\n');
        foreach (var line in lines)
        {
            if (Looks(line) is { } format)
                votes[PlaceOf(format)]++;
        }

        var most = 0;
        for (var i = 1; i < votes.Length; i++)
        {
            if (votes[i] > votes[most])
                most = i;
        }

        if (votes[most] == 0)
            return null;
        return Names[most] == Iptables && Array.Exists(lines, IptablesLine.IsOfIpv6) ? Ip6tables : Names[most];
    }

    /// <summary>The format that the tool of a line <c>$ TOOL …</c> prints; null for any other line.</summary>
    internal static string? FormatOfPrompt(string line)
    {
        if (line.AsSpan().TrimStart() is not (['$', ..] or ['s', 'u', 'd', 'o', ..]) || Prompt().Match(line) is not { Success: true } prompt)
            return null;
        return prompt.Groups["tool"].Value switch
        {
            "iptables-save" or "iptables-restore" or "iptables" => Iptables,
            "ip6tables-save" or "ip6tables-restore" or "ip6tables" => Ip6tables,
            "nft" => Nft,
            "ip" => Ip,
            "tc" => Tc,
            "ipset" => Ipset,
            _ => null,
        };
    }

    /// <summary>ip and tc have their prompts for themselves: they say which table or link the lines below are of.</summary>
    private static string SectionText(string format, string[] lines, int first, int end) =>
        new string('\n', first) + string.Join('\n', lines[first..end].Select(line => format is not (Ip or Tc) && FormatOfPrompt(line) is not null ? "" : line));

    private static int PlaceOf(string format)
    {
        var place = 0;
        while (Names[place] != format)
            place++;
        return place;
    }

    private static string? Looks(string line) => line switch
    {
        _ when IptablesLine.IsOne(line) => Iptables,
        // Empty, or a comment: of any format, or of none. That the patterns are not asked then, nor for iptables, saves a program its start.
        _ when line.AsSpan().TrimStart() is [] or ['#', ..] => null,
        _ when NftLine().IsMatch(line) => Nft,
        _ when IpsetLine().IsMatch(line) => Ipset,
        _ when TcLine().IsMatch(line) => Tc,
        _ when IpLine().IsMatch(line) => Ip,
        _ => null,
    };

    [GeneratedRegex(@"^\s*(\$|sudo|\$ sudo)\s+(sudo\s+)?(?<tool>[a-z0-9-]+)(\s|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Prompt();

    [GeneratedRegex(@"^\s*(table (ip|ip6|inet|arp|bridge|netdev) |table \S+ \{|(add|insert|create|delete|destroy|replace|flush|list) (table|chain|rule|set|map|element|ruleset|flowtable|counter|quota|limit|ct )|type (filter|nat|route) hook |(re|un)?define \S|nft )", RegexOptions.ExplicitCapture)]
    private static partial Regex NftLine();

    [GeneratedRegex(@"^\s*(create \S+ (hash|bitmap|list):|add \S+ \S+\s*$|add \S+ \S+ (timeout|packets|bytes|comment|nomatch|skb)|-?(create|add|del|flush|destroy|swap|rename) \S+|ipset )", RegexOptions.ExplicitCapture)]
    private static partial Regex IpsetLine();

    [GeneratedRegex(@"^\s*(tc )?(qdisc|class|filter) ", RegexOptions.ExplicitCapture)]
    private static partial Regex TcLine();

    [GeneratedRegex(@"^\s*(ip (-\S+ )*(rule|route|link|addr|neigh)|(rule|route|link|addr|address|neigh|neighbor|tuntap) (add|del|replace|change|append|set)|\d+:\s+(not )?from |\d+: \S+: <|(default|unreachable|blackhole|prohibit|local|broadcast|multicast|anycast|throw|unicast) |[0-9a-f.:]+(/\d+)? (via|dev|proto|metric|nexthop)\b|\[ ?\{?\s*(""(ifindex|link|ifname|dst|type|priority)"":.*)?$|\[\s*(\{\},?)*\]\s*$|""(ifindex|ifname|dst|priority)"": )", RegexOptions.ExplicitCapture)]
    private static partial Regex IpLine();
}
