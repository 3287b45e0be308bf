using System.Globalization;
using System.Text;
using Weir.Rules.Iptables.Parsing;
using Weir.Rules.Iptables.Targets;

namespace Weir.Rules.Iptables;

/// <summary>Writes the words of one rule, each with the blank before it.</summary>
internal sealed class RulePrinter
{
    private const string EscapedCharacters = "\"\\'";

    private readonly StringBuilder _text = new();

    internal void Word(string word)
    {
        if (_text.Length > 0)
            _text.Append(' ');
        _text.Append(word);
    }

    internal void Option(string name) => Word(name);

    internal void Option(string name, string value)
    {
        Word(name);
        Word(value);
    }

    internal void Option(string name, uint value) => Option(name, value.ToString(CultureInfo.InvariantCulture));

    internal void Option(bool inverted, string name, string value)
    {
        if (inverted)
            Word("!");
        Option(name, value);
    }

    internal void Option(string name, Negatable<PortRange>? ports)
    {
        if (ports is { } range)
            Option(range.Inverted, name, range.Value.ToString());
    }

    /// <summary>libxtables, xtables_save_string: quoted unless it is a plain word.</summary>
    internal void Quoted(string value)
    {
        if (value.Length > 0 && value.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-'))
        {
            Word(value);
            return;
        }

        Word("\"");
        foreach (var character in value)
        {
            if (EscapedCharacters.Contains(character))
                _text.Append('\\');
            _text.Append(character);
        }

        _text.Append('"');
    }

    internal void Match(IptablesMatch match)
    {
        Option("-m", match.Name);
        match.Print(this);
    }

    internal void Target(IptablesTarget target)
    {
        Option(target is GotoTarget ? "-g" : "-j", target.Name);
        target.Print(this);
    }

    /// <summary>iptables/xshared.c, save_rule_details: addresses, interfaces, protocol, fragment; then matches and target.</summary>
    internal void Rule(IptablesRule rule)
    {
        if (rule.Source is { } source && (source.Inverted || !source.Value.IsAny))
            Option(source.Inverted, "-s", source.Value.ToString());
        if (rule.Destination is { } destination && (destination.Inverted || !destination.Value.IsAny))
            Option(destination.Inverted, "-d", destination.Value.ToString());
        Interface("-i", rule.InInterface);
        Interface("-o", rule.OutInterface);
        if (rule.Protocol is { } protocol && protocol.Value != 0)
            Option(protocol.Inverted, "-p", ProtocolNames.Format(protocol.Value));
        if (rule.Fragment is { } fragment)
            Word(fragment ? "-f" : "! -f");
        foreach (var match in rule.Matches)
            Match(match);
        if (rule.Target is { } target)
            Target(target);
    }

    public override string ToString() => _text.ToString();

    private void Interface(string name, Negatable<string>? link)
    {
        // "-i +" is every interface: nft has no comparison for it, and so it is not printed.
        if (link is { } match && (match.Inverted || match.Value != "+"))
            Option(match.Inverted, name, match.Value);
    }
}
