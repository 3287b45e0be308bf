using System.Net.Sockets;
using System.Text.RegularExpressions;
using Weir.Rules.Ip.Json;
using Weir.Rules.Text;

namespace Weir.Rules.Ip;

/// <summary>
/// Reads what <c>ip rule</c>, <c>ip route show</c>, <c>ip address</c>, <c>ip link</c> and <c>ip neighbour</c> print, with and without <c>-j</c>, and commands as <c>ip -batch</c> takes them.
/// </summary>
/// <remarks>
/// A prompt such as <c>$ ip route show table 101</c> says what follows and whose it is. Without one a line is taken for what it looks like, and routes
/// for those of the table main. Any text is taken; what is not understood is told, and kept as it stands.
/// </remarks>
public sealed partial class IpTextParser
{
    private readonly IpNameTables _names;
    private readonly string[] _lines;
    private readonly bool _lastLineOpen;
    private readonly List<IpLine> _parsed = [];
    private readonly List<TextFinding> _findings = [];
    private IpListing? _listing;
    private string _link = "";
    private int _next;

    private IpTextParser(string text, IpNameTables names)
    {
        _names = names;
        _lines = text.Split('\n');
        _lastLineOpen = _lines[^1].Length != 0;
        if (!_lastLineOpen)
            _lines = _lines[..^1];
    }

    public static ParsedText<IpText> Parse(string text, IpNameTables? names = null)
    {
        var parser = new IpTextParser(text, names ?? IpNameTables.Default);
        while (parser._next < parser._lines.Length)
            parser.TakeOne();
        if (parser._lastLineOpen && parser._parsed is [.., { End: [.., '\n'] } last])
            parser._parsed[^1] = last with { End = last.End[..^1] };
        return new ParsedText<IpText>(new IpText(parser._parsed), parser._findings);
    }

    [GeneratedRegex(@"^(?:[^\s#$]+[#$]|[#$])\s+(?:sudo\s+)?(?:/\S*/)?ip\s+(?<words>.+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Prompt();

    [GeneratedRegex(@"^\d+:\s+(not\s+)?from\s", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RuleHead();

    [GeneratedRegex(@"^\d+: \S+: <", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LinkHead();

    private void TakeOne()
    {
        var start = _next;
        try
        {
            var line = _lines[_next++];
            if (IsPrompt(line) && Prompt().Match(line) is { Success: true } prompt)
            {
                TakeCommand(start, new Words(prompt.Groups["words"].Value));
                return;
            }

            if (JsonExtent.Begins(line))
            {
                TakeJson(start);
                return;
            }

            if (string.IsNullOrWhiteSpace(line) || line[0] == '#')
            {
                Keep(start, null);
                return;
            }

            TakeLine(start, line);
        }
        catch (LineException exception)
        {
            var text = Text(start);
            _findings.Add(new TextFinding(start + 1, text, exception.Message));
            _parsed.Add(new IpLine(start + 1, null, text));
        }
    }

    private void TakeLine(int start, string line)
    {
        var words = new Words(line);
        var first = words.Peek!;
        // In a listing no line begins like a command: no route's destination is called rule, no rule lacks its number.
        if (first == "ip" || (IsObject(first) && words.Rest.Length > 1 && (Verb(words.Rest[1]) is not null || IsListing(words.Rest[1]))))
        {
            words.Take("ip");
            TakeCommand(start, words);
            return;
        }

        if (RuleHead().IsMatch(line))
        {
            Keep(start, RuleText.Parse(line, _listing?.Family ?? AddressFamily.Unspecified, _names));
            return;
        }

        if (LinkHead().IsMatch(line))
        {
            TakeLink(start);
            return;
        }

        if (first is "inet" or "inet6" && char.IsWhiteSpace(line[0]))
        {
            if (_next < _lines.Length && _lines[_next].AsSpan().TrimStart().StartsWith("valid_lft", StringComparison.Ordinal))
                _next++;
            Keep(start, AddressText.Parse(Text(start), _link, _names));
            return;
        }

        if (_listing?.Subject == "neighbour")
        {
            Keep(start, NeighborText.Parse(line, _names));
            return;
        }

        TakeRoute(start);
    }

    /// <summary>All lines of a listing of <c>ip -j</c>: up to where its brackets close, or the next prompt.</summary>
    private void TakeJson(int start)
    {
        var extent = new JsonExtent();
        var length = extent.Take(_lines[start]);
        while (length < 0 && _next < _lines.Length && !IsPrompt(_lines[_next]))
            length = extent.Take(_lines[_next++]);
        var behind = length < 0 ? "" : _lines[_next - 1][length..];
        var text = Text(start);
        IpJson.Parse(text[..^behind.Length], $"{behind}\n", start + 1, _listing, _names, _parsed, _findings);
        if (!string.IsNullOrWhiteSpace(behind))
            _findings.Add(new TextFinding(_next, behind, "Nothing may stand behind a listing of ip -j in its last line."));
    }

    private void TakeRoute(int start)
    {
        while (_next < _lines.Length && _lines[_next].AsSpan().TrimStart().StartsWith("nexthop ", StringComparison.Ordinal))
            _next++;
        Keep(start, RouteText.Parse(Text(start), _listing?.Family ?? AddressFamily.Unspecified, _listing is { Subject: "route", Table: { } table } ? table : 254, _names));
    }

    private void TakeLink(int start)
    {
        while (_next < _lines.Length && _lines[_next].StartsWith("    ", StringComparison.Ordinal)
            && !_lines[_next].StartsWith("    inet", StringComparison.Ordinal) && !_lines[_next].StartsWith("       valid_lft", StringComparison.Ordinal))
        {
            _next++;
        }

        var link = LinkText.Parse(Text(start), _names);
        _link = link.Name;
        Keep(start, link);
    }

    /// <summary><c>[OPTIONS] OBJECT COMMAND …</c>. After a command that lists, what follows is its output.</summary>
    private void TakeCommand(int start, Words words)
    {
        var family = AddressFamily.Unspecified;
        while (words.Peek is { } option && option[0] == '-')
        {
            words.Next(out _);
            family = option switch
            {
                "-4" => AddressFamily.InterNetwork,
                "-6" => AddressFamily.InterNetworkV6,
                _ => family,
            };
            if (option is not ("-b" or "-batch"))
                continue;
            // What follows are its lines.
            _listing = new IpListing("batch", family, null);
            Keep(start, _listing);
            return;
        }

        var subject = words.Next(out var word) ? Object(word) : throw new LineException("ip wants an object: rule, route, address, link, neighbour.");
        var verb = words.Next(out var command) ? command : "show";
        if (Verb(verb) is not { } known)
        {
            if (!IsListing(verb))
                throw new LineException($"ip {subject} has no command '{verb}' that is known here.");
            _listing = new IpListing(subject, FamilyOf(subject, family), subject == "route" ? TableOf(words) : null);
            Keep(start, _listing);
            return;
        }

        IpEntry entry = subject switch
        {
            "rule" when known is IpVerb.Add or IpVerb.Delete => RuleText.ParseCommand(words, known, family, _names),
            "route" when known != IpVerb.Set => RouteText.ParseCommand(words, known, family, _names),
            "address" when known is IpVerb.Add or IpVerb.Replace or IpVerb.Change or IpVerb.Delete => AddressText.ParseCommand(words, known, _names),
            "link" when known is IpVerb.Add or IpVerb.Set or IpVerb.Delete => LinkCommand.Parse(words, known, _names),
            "neighbour" when known is IpVerb.Add or IpVerb.Replace or IpVerb.Change or IpVerb.Delete => NeighborText.ParseCommand(words, known, _names),
            _ => throw new LineException($"ip {subject} has no command '{verb}'."),
        };
        Keep(start, entry);
    }

    private static AddressFamily FamilyOf(string subject, AddressFamily family) =>
        subject == "rule" && family == AddressFamily.Unspecified ? AddressFamily.InterNetwork : family;

    /// <summary>Null for all tables; main when none is said.</summary>
    private uint? TableOf(Words words)
    {
        uint? table = 254;
        while (words.Next(out var word))
        {
            if (word != "table")
                continue;
            if (words.Peek is "all" or "0")
                table = null;
            else
                table = Value.Named(words, word, _names.Tables, uint.MaxValue);
        }

        return table;
    }

    private void Keep(int start, IpEntry? entry)
    {
        var text = Text(start);
        var line = new IpLine(start + 1, entry, null);
        _parsed.Add(line.Print(_names, _listing) == text ? line : line with { Verbatim = text });
    }

    private string Text(int start) => _next == start + 1 ? _lines[start] : string.Join('\n', _lines[start.._next]);

    private static bool IsPrompt(string line) => line.Length < 4096 && Prompt().IsMatch(line);

    private static bool IsObject(string word) => word is "rule" or "route" or "ro" or "r" or "address" or "addr" or "a" or "link" or "l" or "neighbour" or "neighbor" or "neigh" or "n" or "ru";

    private static string Object(string word) => word switch
    {
        "rule" or "ru" => "rule",
        "route" or "ro" or "r" => "route",
        "address" or "addr" or "a" => "address",
        "link" or "l" => "link",
        "neighbour" or "neighbor" or "neigh" or "n" => "neighbour",
        _ => throw new LineException($"ip has no object '{word}' that is known here."),
    };

    private static bool IsListing(string verb) => verb is "show" or "list" or "lst" or "ls" or "sh";

    private static IpVerb? Verb(string word) => word switch
    {
        "add" or "a" => IpVerb.Add,
        "replace" => IpVerb.Replace,
        "change" or "chg" => IpVerb.Change,
        "append" => IpVerb.Append,
        "prepend" => IpVerb.Prepend,
        "delete" or "del" => IpVerb.Delete,
        "set" => IpVerb.Set,
        _ => null,
    };
}
