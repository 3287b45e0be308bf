using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Weir.Rules.Ip;

/// <summary>A rule's line, in the order of iproute2's <c>ip/iprule.c</c> print_rule.</summary>
public static class RuleText
{
    /// <summary>One line of <c>ip rule</c>, without its end.</summary>
    public static string Print(RuleEntry rule, IpNameTables names)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{rule.Priority ?? 0}:\t");
        if (rule.Not)
            line.Append("not ");
        line.Append("from ").Append(rule.From is { } from ? $"{from}" : "all");
        if (rule.To is { } to)
            line.Append($" to {to}");
        if (rule.TypeOfService != 0)
            line.Append($" tos {names.TypesOfService.OfHex(rule.TypeOfService)}");
        if (rule.Mark is not null || rule.Mask is not null)
            line.Append($" fwmark {Hex(rule.Mark ?? 0)}").Append(rule.Mask is { } mask and not uint.MaxValue ? $"/{Hex(mask)}" : "");
        if (rule.InputLink.Length != 0)
            line.Append($" iif {rule.InputLink}").Append(rule.InputDetached ? " [detached]" : "");
        if (rule.OutputLink.Length != 0)
            line.Append($" oif {rule.OutputLink}").Append(rule.OutputDetached ? " [detached]" : "");
        if (rule.L3Master)
            line.Append(" lookup [l3mdev-table]");
        if (rule.Users is { } users)
            line.Append($" uidrange {users.First}-{users.Last}");
        if (rule.IpProtocol != 0)
            line.Append($" ipproto {names.IpProtocols.OfProtocol(rule.IpProtocol)}");
        if (rule.SourcePorts is { } sport)
            line.Append($" sport {Range(sport)}");
        if (rule.DestinationPorts is { } dport)
            line.Append($" dport {Range(dport)}");
        if (rule.TunnelId != 0)
            line.Append($" tun_id {rule.TunnelId}");
        if (rule.Table != 0)
        {
            line.Append($" lookup {names.Tables.Of(rule.Table)}");
            if (rule.SuppressPrefixLength is { } length)
                line.Append($" suppress_prefixlength {length}");
            if (rule.SuppressGroup is { } group)
                line.Append($" suppress_ifgroup {names.Groups.Of(group)}");
        }

        if (rule.Realms != 0)
            line.Append($" realms {RealmText.Of(rule.Realms, names)}");
        switch (rule.Action)
        {
            case RuleAction.Lookup:
                break;
            case RuleAction.Goto:
                line.Append(rule.Goto is { } target ? $" goto {target}" : " goto none").Append(rule.Unresolved ? " [unresolved]" : "");
                break;
            case RuleAction.Nop:
                line.Append(" nop");
                break;
            default:
                line.Append($" {names.RouteTypes.Of((uint)rule.Action)}");
                break;
        }

        if (rule.Protocol is not 0 and not 2)
            line.Append($" proto {names.Protocols.Of(rule.Protocol)}");
        return line.ToString();
    }

    /// <summary>One object of <c>ip -j rule</c>.</summary>
    public static void WriteJson(RuleEntry rule, Utf8JsonWriter writer, IpNameTables names)
    {
        writer.WriteStartObject();
        writer.WriteNumber("priority", rule.Priority ?? 0);
        if (rule.Not)
            writer.WriteNull("not");
        WritePrefix(writer, "src", rule.From);
        if (rule.From is null)
            writer.WriteString("src", "all");
        WritePrefix(writer, "dst", rule.To);
        if (rule.TypeOfService != 0)
            writer.WriteString("tos", names.TypesOfService.OfHex(rule.TypeOfService));
        if (rule.Mark is not null || rule.Mask is not null)
        {
            writer.WriteString("fwmark", Hex(rule.Mark ?? 0));
            if (rule.Mask is { } mask and not uint.MaxValue)
                writer.WriteString("fwmask", Hex(mask));
        }

        WriteLink(writer, "iif", rule.InputLink, rule.InputDetached);
        WriteLink(writer, "oif", rule.OutputLink, rule.OutputDetached);
        if (rule.L3Master)
            writer.WriteNull("l3mdev");
        if (rule.Users is { } users)
        {
            writer.WriteNumber("uid_start", users.First);
            writer.WriteNumber("uid_end", users.Last);
        }

        if (rule.IpProtocol != 0)
            writer.WriteString("ipproto", names.IpProtocols.OfProtocol(rule.IpProtocol));
        WritePorts(writer, "sport", rule.SourcePorts);
        WritePorts(writer, "dport", rule.DestinationPorts);
        if (rule.TunnelId != 0)
            writer.WriteNumber("tun_id", rule.TunnelId);
        if (rule.Table != 0)
        {
            writer.WriteString("table", names.Tables.Of(rule.Table));
            if (rule.SuppressPrefixLength is { } length)
                writer.WriteNumber("suppress_prefixlen", length);
            if (rule.SuppressGroup is { } group)
                writer.WriteString("suppress_ifgroup", names.Groups.Of(group));
        }

        if (rule.Realms >> 16 != 0)
            writer.WriteString("flow_from", names.Realms.Of(rule.Realms >> 16));
        if (rule.Realms != 0)
            writer.WriteString("flow_to", names.Realms.Of(rule.Realms & 0xffff));
        WriteAction(rule, writer, names);
        if (rule.Protocol is not 0 and not 2)
            writer.WriteString("protocol", names.Protocols.Of(rule.Protocol));
        writer.WriteEndObject();
    }

    /// <summary>One line of <c>ip rule</c>.</summary>
    internal static RuleEntry Parse(string line, AddressFamily family, IpNameTables names)
    {
        var words = new Words(line);
        if (!words.Next(out var priority) || priority[^1] != ':' || !uint.TryParse(priority[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new LineException("A rule begins with its priority and a colon.");
        var rule = ParseWords(words, new RuleEntry { Family = family, Priority = number }, names);
        return rule with { Family = FamilyOf(rule, family) };
    }

    /// <summary>The words after <c>ip rule add</c>.</summary>
    internal static RuleEntry ParseCommand(Words words, IpVerb verb, AddressFamily family, IpNameTables names)
    {
        var rule = ParseWords(words, new RuleEntry { Verb = verb, Family = family, Action = RuleAction.Unspecified }, names);
        if (rule.Action == RuleAction.Unspecified && (verb != IpVerb.Delete || rule.Table != 0))
            rule = rule with { Action = RuleAction.Lookup };
        // ip/iprule.c iprule_modify: a new rule without a table goes to main.
        if (verb == IpVerb.Add && rule is { Table: 0, Action: RuleAction.Lookup, L3Master: false })
            rule = rule with { Table = 254 };
        return rule with { Family = FamilyOf(rule, family) };
    }

    private static AddressFamily FamilyOf(RuleEntry rule, AddressFamily family) =>
        (rule.From ?? rule.To) is { } prefix ? prefix.Address.AddressFamily : family == AddressFamily.Unspecified ? AddressFamily.InterNetwork : family;

    private static RuleEntry ParseWords(Words words, RuleEntry rule, IpNameTables names)
    {
        while (words.Next(out var word))
        {
            rule = word switch
            {
                "not" => rule with { Not = true },
                "from" => rule with { From = Value.Prefix(words, word) },
                "to" => rule with { To = Value.Prefix(words, word) },
                "tos" or "dsfield" => rule with { TypeOfService = (byte)Value.Named(words, word, names.TypesOfService, byte.MaxValue, hexadecimal: true) },
                "fwmark" => Mark(rule, words),
                "iif" or "dev" => rule with { InputLink = Value.Word(words, word), InputDetached = words.Take("[detached]") },
                "oif" => rule with { OutputLink = Value.Word(words, word), OutputDetached = words.Take("[detached]") },
                "uidrange" => rule with { Users = words.Peek?.Contains('-', StringComparison.Ordinal) == true ? Value.Range(words, word) : throw new LineException("'uidrange' takes two numbers with a dash between.") },
                "ipproto" => rule with { IpProtocol = Protocol(words, names) },
                "sport" => rule with { SourcePorts = Value.Ports(words, word) },
                "dport" => rule with { DestinationPorts = Value.Ports(words, word) },
                "tun_id" => rule with { TunnelId = Value.Long(words, word) },
                "lookup" when words.Take("[l3mdev-table]") => rule with { L3Master = true },
                "l3mdev" => rule with { L3Master = true, Action = RuleAction.Lookup },
                "lookup" or "table" => rule with { Table = Value.Named(words, word, names.Tables, uint.MaxValue), Action = rule.Action == RuleAction.Unspecified ? RuleAction.Lookup : rule.Action },
                "suppress_prefixlength" or "sup_pl" => rule with { SuppressPrefixLength = (int)Value.Number(words, word, int.MaxValue) },
                "suppress_ifgroup" or "sup_group" => rule with { SuppressGroup = Value.Named(words, word, names.Groups, int.MaxValue) },
                "realms" or "realm" => rule with { Realms = RealmText.Parse(Value.Word(words, word), names) },
                "goto" when words.Take("none") => rule with { Action = RuleAction.Goto, Unresolved = words.Take("[unresolved]") },
                "goto" => rule with { Action = RuleAction.Goto, Goto = Value.Number(words, word, uint.MaxValue), Unresolved = words.Take("[unresolved]") },
                "nop" => rule with { Action = RuleAction.Nop },
                "blackhole" => rule with { Action = RuleAction.Blackhole },
                "unreachable" => rule with { Action = RuleAction.Unreachable },
                "prohibit" => rule with { Action = RuleAction.Prohibit },
                "proto" or "protocol" => rule with { Protocol = (byte)Value.Named(words, word, names.Protocols, byte.MaxValue) },
                "pref" or "preference" or "prio" or "priority" or "order" when rule.Verb != IpVerb.List => rule with { Priority = Value.Number(words, word, uint.MaxValue) },
                _ => throw new LineException($"ip rule has no word '{word}' that is known here."),
            };
        }

        return rule;
    }

    private static byte Protocol(Words words, IpNameTables names)
    {
        const string unnamed = "ipproto-";
        if (words.Peek?.StartsWith(unnamed, StringComparison.Ordinal) != true)
            return (byte)Value.Named(words, "ipproto", names.IpProtocols, byte.MaxValue);
        return byte.TryParse(Value.Word(words, "ipproto").AsSpan(unnamed.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new LineException("'ipproto' takes a number up to 255.");
    }

    private static RuleEntry Mark(RuleEntry rule, Words words)
    {
        var parts = Value.Word(words, "fwmark").Split('/');
        uint mask = uint.MaxValue;
        if (parts.Length > 2 || !IpNames.TryNumber(parts[0], out var mark) || (parts.Length == 2 && !IpNames.TryNumber(parts[1], out mask)))
            throw new LineException("fwmark takes a number, or a number, a slash and a mask.");
        return rule with { Mark = mark, Mask = mask };
    }

    private static string Range((ushort First, ushort Last) range) => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}";

    /// <summary>printf's %#x: zero has no prefix.</summary>
    private static string Hex(uint number) => number == 0 ? "0" : $"0x{number:x}";

    private static void WritePrefix(Utf8JsonWriter writer, string name, IpPrefix? prefix)
    {
        if (prefix is not { } some)
            return;
        writer.WriteString(name, IpAddressText.Of(some.Address));
        if (some.Length != some.HostLength)
            writer.WriteNumber($"{name}len", some.Length);
    }

    private static void WriteLink(Utf8JsonWriter writer, string name, string link, bool detached)
    {
        if (link.Length == 0)
            return;
        writer.WriteString(name, link);
        if (detached)
            writer.WriteNull($"{name}_detached");
    }

    private static void WritePorts(Utf8JsonWriter writer, string name, (ushort First, ushort Last)? ports)
    {
        if (ports is not { } range)
            return;
        if (range.First == range.Last)
        {
            writer.WriteNumber(name, range.First);
            return;
        }

        writer.WriteNumber($"{name}_start", range.First);
        writer.WriteNumber($"{name}_end", range.Last);
    }

    private static void WriteAction(RuleEntry rule, Utf8JsonWriter writer, IpNameTables names)
    {
        switch (rule.Action)
        {
            case RuleAction.Lookup:
                break;
            case RuleAction.Goto:
                if (rule.Goto is { } target)
                    writer.WriteNumber("goto", target);
                else
                    writer.WriteString("goto", "none");
                if (rule.Unresolved)
                    writer.WriteNull("unresolved");
                break;
            case RuleAction.Nop:
                writer.WriteNull("nop");
                break;
            default:
                writer.WriteString("action", names.RouteTypes.Of((uint)rule.Action));
                break;
        }
    }
}
