using System.Net.Sockets;
using System.Text.Json;

namespace Weir.Rules.Ip.Json;

/// <summary>One object of <c>ip -j rule</c> (iproute2's <c>ip/iprule.c</c> print_rule).</summary>
internal static class RuleJson
{
    internal static RuleEntry Parse(Members members, AddressFamily family, IpNameTables names)
    {
        var rule = new RuleEntry
        {
            Priority = members.Number("priority"),
            Not = members.Flag("not"),
            From = Prefix(members, "src"),
            To = Prefix(members, "dst"),
            TypeOfService = (byte)(TypeOfServiceJson.Take(members, names) ?? 0),
            Mark = members.Hex("fwmark"),
            Mask = members.Hex("fwmask"),
            InputLink = members.Text("iif") ?? "",
            InputDetached = members.Flag("iif_detached"),
            OutputLink = members.Text("oif") ?? "",
            OutputDetached = members.Flag("oif_detached"),
            L3Master = members.Flag("l3mdev"),
            Users = members.Number("uid_start") is { } first ? (first, members.Number("uid_end") ?? first) : null,
            IpProtocol = Protocol(members, names),
            SourcePorts = Ports(members, "sport"),
            DestinationPorts = Ports(members, "dport"),
            TunnelId = members.Long("tun_id") ?? 0,
            Table = members.Named("table", names.Tables, uint.MaxValue) ?? 0,
            SuppressPrefixLength = (int?)members.Number("suppress_prefixlen", int.MaxValue),
            SuppressGroup = members.Named("suppress_ifgroup", names.Groups, int.MaxValue),
            Realms = (members.Named("flow_from", names.Realms, ushort.MaxValue) ?? 0) << 16 | (members.Named("flow_to", names.Realms, ushort.MaxValue) ?? 0),
            Protocol = (byte)(members.Named("protocol", names.Protocols, byte.MaxValue) ?? 0),
        };
        rule = WithAction(rule with { Mask = rule.Mark is not null ? rule.Mask ?? uint.MaxValue : rule.Mask }, members);
        if (rule.Priority is null)
            throw new LineException("A rule has a priority.");
        return rule with { Family = (rule.From ?? rule.To)?.Address.AddressFamily ?? (family == AddressFamily.Unspecified ? AddressFamily.InterNetwork : family) };
    }

    private static RuleEntry WithAction(RuleEntry rule, Members members)
    {
        if (members.Flag("nop"))
            return rule with { Action = RuleAction.Nop };
        if (members.Take("goto") is { } target)
        {
            uint? priority = target.ValueKind == JsonValueKind.Number && target.TryGetUInt32(out var number) ? number : null;
            if (priority is null && !(target.ValueKind == JsonValueKind.String && target.ValueEquals("none")))
                throw new LineException("'goto' takes a number or none.");
            return rule with { Action = RuleAction.Goto, Goto = priority, Unresolved = members.Flag("unresolved") };
        }

        return members.Text("action") switch
        {
            null => rule,
            "blackhole" => rule with { Action = RuleAction.Blackhole },
            "unreachable" => rule with { Action = RuleAction.Unreachable },
            "prohibit" => rule with { Action = RuleAction.Prohibit },
            var other => throw new LineException($"'{other}' is no action of a rule."),
        };
    }

    /// <summary><c>"src":"10.0.0.0","srclen":8</c>; all is null.</summary>
    private static IpPrefix? Prefix(Members members, string name)
    {
        var word = members.Text(name);
        var length = members.Number($"{name}len", 128);
        if (word is null or "all")
            return word is null || length is null ? null : throw new LineException($"'{name}' is all, and has a length.");
        if (!IpAddressText.TryParse(word, out var address))
            throw new LineException($"'{name}' takes an IP address, or all.");
        var prefix = new IpPrefix(address, (int)(length ?? (address.AddressFamily == AddressFamily.InterNetworkV6 ? 128u : 32u)));
        return prefix.Length <= prefix.HostLength ? prefix : throw new LineException($"'{name}len' takes a number from 0 to {prefix.HostLength}.");
    }

    private static byte Protocol(Members members, IpNameTables names)
    {
        const string unnamed = "ipproto-";
        if (members.Text("ipproto") is not { } word)
            return 0;
        return names.IpProtocols.TryFind(word.StartsWith(unnamed, StringComparison.Ordinal) ? word[unnamed.Length..] : word, out var number) && number <= byte.MaxValue
            ? (byte)number
            : throw new LineException($"'{word}' is no protocol of packets.");
    }

    private static (ushort First, ushort Last)? Ports(Members members, string name) =>
        members.Number(name, ushort.MaxValue) is { } port ? ((ushort)port, (ushort)port)
        : members.Number($"{name}_start", ushort.MaxValue) is { } first ? ((ushort)first, (ushort)(members.Number($"{name}_end", ushort.MaxValue) ?? first))
        : null;
}

/// <summary>tos: a name, or a number in hexadecimal.</summary>
internal static class TypeOfServiceJson
{
    internal static uint? Take(Members members, IpNameTables names)
    {
        if (members.Text("tos") is not { } word)
            return null;
        return names.TypesOfService.TryFind(word, out var number) && number <= byte.MaxValue ? number : throw new LineException($"'{word}' is no tos.");
    }
}
