using System.Text.Json;
using Weir.Rules.Iptables;

namespace Weir.Host.Iptables;

/// <summary>A ruleset as JSON. The tool has no form of its own, so this one is Weir's; docs/rules/iptables.md describes it.</summary>
internal static class IptablesJson
{
    internal static void Write(Utf8JsonWriter writer, IptablesRuleset ruleset)
    {
        writer.WriteStartObject();
        writer.WriteString("family", ruleset.Family == IptablesFamily.IPv4 ? "ipv4" : "ipv6");
        writer.WriteStartArray("tables");
        foreach (var table in ruleset.Tables)
            Write(writer, table);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IptablesTable table)
    {
        writer.WriteStartObject();
        writer.WriteString("name", table.Name);
        if (table.Incompatible is { } reason)
            writer.WriteString("incompatible", reason);
        if (table.ForeignChains.Count > 0)
        {
            writer.WriteStartArray("foreignChains");
            foreach (var chain in table.ForeignChains)
                writer.WriteStringValue(chain);
            writer.WriteEndArray();
        }

        writer.WriteStartArray("chains");
        foreach (var chain in table.Incompatible is null ? table.Chains : [])
            Write(writer, chain);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IptablesChain chain)
    {
        writer.WriteStartObject();
        writer.WriteString("name", chain.Name);
        if (chain.Policy is { } policy)
        {
            writer.WriteString("policy", policy.ToString());
            Write(writer, chain.Counters);
        }

        writer.WriteStartArray("rules");
        foreach (var rule in chain.Rules)
            Write(writer, chain.Name, rule);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string chain, IptablesRule rule)
    {
        writer.WriteStartObject();
        writer.WriteString("text", rule.ToText(chain));
        writer.WriteNumber("handle", rule.Handle);
        Write(writer, rule.Counters);
        Write(writer, "source", rule.Source);
        Write(writer, "destination", rule.Destination);
        Write(writer, "inInterface", rule.InInterface);
        Write(writer, "outInterface", rule.OutInterface);
        Write(writer, "protocol", rule.Protocol);
        if (rule.Fragment is { } fragment)
            writer.WriteBoolean("fragment", fragment);
        writer.WriteStartArray("matches");
        foreach (var match in rule.Matches)
        {
            writer.WriteStartObject();
            writer.WriteString("name", match.Name);
            writer.WriteString("text", match.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (rule.Target is { } target)
        {
            writer.WriteStartObject("target");
            writer.WriteString("name", target.Name);
            writer.WriteString("text", target.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IptablesCounters counters)
    {
        writer.WriteNumber("packets", counters.Packets);
        writer.WriteNumber("bytes", counters.Bytes);
    }

    private static void Write<T>(Utf8JsonWriter writer, string name, Negatable<T>? option)
    {
        if (option is not { } some)
            return;
        writer.WriteStartObject(name);
        if (some.Value is byte number)
            writer.WriteNumber("value", number);
        else
            writer.WriteString("value", some.Value?.ToString());
        writer.WriteBoolean("inverted", some.Inverted);
        writer.WriteEndObject();
    }
}
