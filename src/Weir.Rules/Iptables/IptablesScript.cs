using System.Globalization;
using Weir.Rules.Iptables.Parsing;
using Weir.Rules.Text;

namespace Weir.Rules.Iptables;

/// <summary>A text for iptables-restore or ip6tables-restore, command by command.</summary>
public sealed record IptablesScript
{
    public required IptablesFamily Family { get; init; }

    public IReadOnlyList<IptablesSection> Sections { get; init; } = [];

    /// <summary>Lines outside every table that are no comments, as they stood.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>Reads any text, and never throws. What is not understood is kept (<see cref="UnreadLine"/>) and told.</summary>
    public static ParsedText<IptablesScript> Parse(string text, IptablesFamily family, IptablesNames? names = null) =>
        new ScriptParser(family, names ?? IptablesNames.None).Parse(text);

    /// <summary>What the commands make of the rules that are there.</summary>
    /// <param name="present">What is there, for <c>--noflush</c>; null: nothing.</param>
    public ParsedText<IptablesRuleset> Run(IptablesRuleset? present = null) => new ScriptRun(Family, present).Run(this);
}

/// <summary>The lines of a text (iptables/xtables-restore.c, xtables_restore_parse_line).</summary>
internal sealed class ScriptParser(IptablesFamily family, IptablesNames names)
{
    private readonly List<IptablesSection> _sections = [];
    private readonly List<TextFinding> _findings = [];
    private readonly List<string> _outside = [];

    private BuiltinTable? _table;
    private int _tableLine;
    private List<IptablesCommand> _commands = [];

    internal ParsedText<IptablesScript> Parse(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.Length > 0 && line[0] != '#' && !string.IsNullOrWhiteSpace(line))
                Line(line, i + 1);
        }

        if (_table is not null)
        {
            _findings.Add(new TextFinding(_tableLine, $"*{_table.Name}", "the table has no COMMIT: add a line COMMIT after its last rule"));
            Commit();
        }

        return new ParsedText<IptablesScript>(new IptablesScript { Family = family, Sections = _sections, Unread = _outside }, _findings);
    }

    private void Line(string line, int number)
    {
        try
        {
            if (_table is null)
                OpenTable(line, number);
            else if (line == "COMMIT")
                Commit();
            else if (line[0] == ':')
                _commands.Add(Chain(line, number));
            else
                Rule(line, number);
        }
        catch (RuleSyntaxException exception)
        {
            Keep(line, number);
            _findings.Add(new TextFinding(number, line, exception.Message));
        }
    }

    private void OpenTable(string line, int number)
    {
        if (line[0] != '*')
            throw new RuleSyntaxException("the line belongs to no table: a table begins with *NAME (such as *filter) and ends with COMMIT");
        var name = line[1..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first : "";
        _table = BuiltinTable.Find(name) ?? throw new RuleSyntaxException($"there is no table \"{name}\": filter, nat, mangle, raw and security are the tables");
        _tableLine = number;
    }

    private void Commit()
    {
        _sections.Add(new IptablesSection(_table!.Name, _tableLine, _commands));
        _table = null;
        _commands = [];
    }

    private DeclareChain Chain(string line, int number)
    {
        var words = line[1..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2)
            throw new RuleSyntaxException("a chain's line is :NAME POLICY [PACKETS:BYTES], such as :INPUT ACCEPT [0:0] or :MINE - [0:0]");
        var name = RuleParser.NewName(words[0]);
        var counters = words.Length > 2 && Counters(words[2]) is { } read ? read : default;
        if (_table!.FindChain(name) is null)
            return new DeclareChain(name, null, default) { Line = number, Text = line };
        IptablesPolicy? policy = words[1] switch
        {
            "ACCEPT" => IptablesPolicy.ACCEPT,
            "DROP" => IptablesPolicy.DROP,
            "-" => null,
            _ => throw new RuleSyntaxException($"the policy \"{words[1]}\" of {name} is neither ACCEPT nor DROP"),
        };
        return new DeclareChain(name, policy, counters) { Line = number, Text = line };
    }

    private void Rule(string line, int number)
    {
        if (line[0] == '*')
            throw new RuleSyntaxException($"the table {_table!.Name} is not ended: put a line COMMIT before this one");
        var rest = line.AsSpan();
        var counters = default(IptablesCounters);
        if (line[0] == '[')
        {
            var end = line.IndexOf(']');
            counters = end > 0 && Counters(line[..(end + 1)]) is { } read ? read : throw new RuleSyntaxException("the counters before a rule are [PACKETS:BYTES]");
            rest = rest[(end + 1)..];
        }

        var parser = new RuleParser(family, names, _table!.Name);
        if (parser.Parse(RuleWords.Split(rest), counters, number, line) is { } command)
            _commands.Add(command);
    }

    /// <summary>Keeps a line that was not understood: with its chain when it is an <c>-A</c>.</summary>
    private void Keep(string line, int number)
    {
        if (_table is null)
        {
            _outside.Add(line);
            return;
        }

        var words = line.Split(' ', 3);
        _commands.Add(words is ["-A", var chain, ..]
            ? new UnreadLine(chain, words.Length > 2 ? words[2] : "") { Line = number, Text = line }
            : new UnreadLine(null, line) { Line = number, Text = line });
    }

    private static IptablesCounters? Counters(string text)
    {
        if (!text.StartsWith('[') || !text.EndsWith(']') || text[1..^1].Split(':') is not [var packets, var bytes])
            return null;
        return ulong.TryParse(packets, NumberStyles.None, CultureInfo.InvariantCulture, out var packetCount)
            && ulong.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var byteCount)
            ? new IptablesCounters(packetCount, byteCount)
            : null;
    }
}
