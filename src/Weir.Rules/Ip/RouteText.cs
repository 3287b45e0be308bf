using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Weir.Rules.Ip;

/// <summary>A route's lines, in the order of iproute2's <c>ip/iproute.c</c> print_route.</summary>
public static class RouteText
{
    private static readonly (RouteEntryFlags Flag, string Word)[] FlagWords =
    [
        (RouteEntryFlags.Dead, "dead"), (RouteEntryFlags.Onlink, "onlink"), (RouteEntryFlags.Pervasive, "pervasive"), (RouteEntryFlags.Offload, "offload"),
        (RouteEntryFlags.Trap, "trap"), (RouteEntryFlags.Notify, "notify"), (RouteEntryFlags.Linkdown, "linkdown"), (RouteEntryFlags.Unresolved, "unresolved"),
        (RouteEntryFlags.RtOffload, "rt_offload"), (RouteEntryFlags.RtTrap, "rt_trap"), (RouteEntryFlags.RtOffloadFailed, "rt_offload_failed"),
    ];

    private static readonly string[] Preferences = ["medium", "high", "", "low"];

    /// <summary>The lines of <c>ip route show</c>, without the last one's end. Most end with a space, as the tool's do.</summary>
    /// <param name="route">The route.</param>
    /// <param name="names">Names for numbers.</param>
    /// <param name="withTable">Whether a table other than main is named (<c>show table all</c>).</param>
    public static string Print(RouteEntry route, IpNameTables names, bool withTable)
    {
        var line = new StringBuilder();
        if (route.Type != 1)
            line.Append(names.RouteTypes.Of(route.Type)).Append(' ');
        line.Append(route.Destination is { } destination ? $"{destination} " : "default ");
        if (route.Source is { } source)
            line.Append($"from {source} ");
        if (route.TypeOfService != 0)
            line.Append($"tos {names.TypesOfService.OfHex(route.TypeOfService)} ");
        if (route.NextHopId != 0)
            line.Append(CultureInfo.InvariantCulture, $"nhid {route.NextHopId} ");
        AppendGateway(line, route.Gateway, route.Family);
        if (route.Device.Length != 0)
            line.Append($"dev {route.Device} ");
        if (withTable && route.Table != 254)
            line.Append($"table {names.Tables.Of(route.Table)} ");
        if (route.Protocol != 3)
            line.Append($"proto {names.Protocols.Of(route.Protocol)} ");
        if (route.Scope != 0)
            line.Append($"scope {names.Scopes.Of(route.Scope)} ");
        if (route.PreferredSource is { } preferred)
            line.Append($"src {IpAddressText.Of(preferred)} ");
        if (route.Metric is { } metric)
            line.Append(CultureInfo.InvariantCulture, $"metric {metric} ");
        AppendFlags(line, route.Flags);
        if (route.Realms != 0)
            line.Append(route.Realms >> 16 != 0 ? "realms " : "realm ").Append(RealmText.Of(route.Realms, names)).Append(' ');
        if (route.Expires is { } seconds)
            line.Append(CultureInfo.InvariantCulture, $"expires {seconds}sec ");
        RouteMetrics.Print(line, route);
        if (route.Preference is { } preference)
            line.Append($"pref {Preference(preference)}");
        foreach (var leg in route.Legs)
            AppendLeg(line, leg, route.Family, names);
        return line.ToString();
    }

    /// <summary>One object of <c>ip -j route show</c>.</summary>
    public static void WriteJson(RouteEntry route, Utf8JsonWriter writer, IpNameTables names, bool withTable)
    {
        writer.WriteStartObject();
        if (route.Type != 1)
            writer.WriteString("type", names.RouteTypes.Of(route.Type));
        writer.WriteString("dst", route.Destination is { } destination ? $"{destination}" : "default");
        if (route.Source is { } source)
            writer.WriteString("from", $"{source}");
        if (route.TypeOfService != 0)
            writer.WriteString("tos", names.TypesOfService.OfHex(route.TypeOfService));
        if (route.NextHopId != 0)
            writer.WriteNumber("nhid", route.NextHopId);
        WriteGateway(writer, route.Gateway, route.Family);
        if (route.Device.Length != 0)
            writer.WriteString("dev", route.Device);
        if (withTable && route.Table != 254)
            writer.WriteString("table", names.Tables.Of(route.Table));
        if (route.Protocol != 3)
            writer.WriteString("protocol", names.Protocols.Of(route.Protocol));
        if (route.Scope != 0)
            writer.WriteString("scope", names.Scopes.Of(route.Scope));
        if (route.PreferredSource is { } preferred)
            writer.WriteString("prefsrc", IpAddressText.Of(preferred));
        if (route.Metric is { } metric)
            writer.WriteNumber("metric", metric);
        WriteFlags(writer, route.Flags);
        WriteRealms(writer, route.Realms, names);
        if (route.Expires is { } seconds)
            writer.WriteNumber("expires", seconds);
        RouteMetrics.WriteJson(route, writer);
        if (route.Preference is { } preference)
            writer.WriteString("pref", Preference(preference));
        if (route.Legs.Count != 0)
        {
            writer.WriteStartArray("nexthops");
            foreach (var leg in route.Legs)
            {
                writer.WriteStartObject();
                WriteGateway(writer, leg.Gateway, route.Family);
                WriteRealms(writer, leg.Realms, names);
                if (leg.Device.Length != 0)
                    writer.WriteString("dev", leg.Device);
                writer.WriteNumber("weight", leg.Weight);
                WriteFlags(writer, leg.Flags);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>One route of a listing: its line, and the lines of its legs.</summary>
    internal static RouteEntry Parse(string text, AddressFamily family, uint table, IpNameTables names)
    {
        var route = ParseWords(new Words(text), new RouteEntry { Family = family, Table = table }, names, out _);
        return route with { Family = FamilyOf(route, family) };
    }

    /// <summary>The words after <c>ip route add</c>; what is not said is filled in as iproute2 does it.</summary>
    internal static RouteEntry ParseCommand(Words words, IpVerb verb, AddressFamily family, IpNameTables names)
    {
        var delete = verb == IpVerb.Delete;
        var route = ParseWords(words, new RouteEntry { Verb = verb, Family = family, Protocol = delete ? (byte)0 : (byte)3, Type = delete ? (byte)0 : (byte)1 }, names, out var said);
        route = route with { Family = FamilyOf(route, family) };
        if (!said.Table && route.Type is 2 or 3 or 4 or 10)
            route = route with { Table = 255 };
        return said.Scope ? route : route with { Scope = DefaultScope(route, delete) };
    }

    /// <summary>ip/iproute.c iproute_modify.</summary>
    private static byte DefaultScope(RouteEntry route, bool delete)
    {
        const byte universe = 0, link = 253, host = 254, nowhere = 255;
        if (route.Family == AddressFamily.InterNetworkV6)
            return universe;
        return route.Type switch
        {
            2 or 10 => host,
            3 or 4 or 5 => link,
            0 or 1 when delete => nowhere,
            0 or 1 when route.Gateway is null && route.Legs.Count == 0 && route.NextHopId == 0 => link,
            _ => universe,
        };
    }

    internal static AddressFamily FamilyOf(RouteEntry route, AddressFamily family)
    {
        var address = route.Destination?.Address ?? route.Source?.Address ?? route.PreferredSource ?? route.Gateway ?? route.Legs.Select(leg => leg.Gateway).FirstOrDefault(gateway => gateway is not null);
        if (family != AddressFamily.Unspecified)
            return family;
        // Of a default route in a listing of both families: only those of IPv6 have a preference.
        return address?.AddressFamily ?? (route.Preference is not null ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);
    }

    private static RouteEntry ParseWords(Words words, RouteEntry route, IpNameTables names, out (bool Table, bool Scope) said)
    {
        said = default;
        var metrics = new SortedDictionary<ushort, uint>();
        var legs = new List<RouteLeg>();
        var congestionControl = "";
        if (words.Peek is { } first && !char.IsAsciiDigit(first[0]) && names.RouteTypes.TryFind(first, out var type) && type is > 0 and < 12)
        {
            words.Take(first);
            route = route with { Type = (byte)type };
        }

        words.Take("to");
        route = route with { Destination = Destination(words, ref route) };
        while (words.Next(out var word))
        {
            if (RouteMetrics.TryParse(word, words, metrics, ref congestionControl))
            {
                // iproute2 always asks for a locked rto_min.
                if (word == "rto_min" && route.Verb != IpVerb.List)
                    metrics[RouteMetrics.Lock] = metrics.GetValueOrDefault(RouteMetrics.Lock) | 1u << RouteMetrics.MinimumTimeout;
                continue;
            }

            switch (word)
            {
                case "from": route = route with { Source = Value.Prefix(words, word) }; break;
                case "tos" or "dsfield": route = route with { TypeOfService = (byte)Value.Named(words, word, names.TypesOfService, byte.MaxValue, hexadecimal: true) }; break;
                case "nhid": route = route with { NextHopId = Value.Number(words, word, uint.MaxValue) }; break;
                case "via" when route.Gateway is not null: throw new LineException("'via' is said twice; several gateways are written as nexthop via … nexthop via ….");
                case "via": route = route with { Gateway = Gateway(words, route.Destination) }; break;
                case "dev" or "oif": route = route with { Device = Value.Word(words, word) }; break;
                case "table":
                    route = route with { Table = Value.Named(words, word, names.Tables, uint.MaxValue) };
                    said.Table = true;
                    break;
                case "proto" or "protocol": route = route with { Protocol = (byte)Value.Named(words, word, names.Protocols, byte.MaxValue) }; break;
                case "scope":
                    route = route with { Scope = (byte)Value.Named(words, word, names.Scopes, byte.MaxValue) };
                    said.Scope = true;
                    break;
                case "src": route = route with { PreferredSource = Value.Address(words, word) }; break;
                case "metric" or "priority" or "preference": route = route with { Metric = Value.Number(words, word, uint.MaxValue) }; break;
                case "realms" or "realm": route = route with { Realms = RealmText.Parse(Value.Word(words, word), names) }; break;
                case "expires": route = route with { Expires = Seconds(words) }; break;
                case "pref": route = route with { Preference = PreferenceOf(Value.Word(words, word)) }; break;
                case "nexthop": legs.Add(Leg(words, route.Destination, names)); break;
                default:
                    route = route with { Flags = route.Flags | FlagOf(word) ?? throw new LineException($"ip route has no word '{word}' that is known here.") };
                    break;
            }
        }

        return route with { Metrics = metrics.Count == 0 ? route.Metrics : metrics, CongestionControl = congestionControl, Legs = legs };
    }

    private static IpPrefix? Destination(Words words, ref RouteEntry route)
    {
        if (words.Peek is null)
            throw new LineException("A route begins with its destination.");
        var word = Value.Word(words, "route");
        if (word is "default" or "all" or "any")
            return null;
        if (!IpPrefix.TryParse(word, out var prefix))
            throw new LineException($"'{word}' is no destination: a prefix such as 10.0.0.0/8, or default.");
        if (prefix.Length != 0)
            return prefix;
        // 0.0.0.0/0 and ::/0 say the family of a default route.
        route = route with { Family = prefix.Address.AddressFamily };
        return null;
    }

    /// <summary>One of another family than the destination's has the family's word before it.</summary>
    private static IPAddress Gateway(Words words, IpPrefix? destination)
    {
        if (words.Take("inet") || words.Take("inet6"))
            return Value.Address(words, "via");
        var gateway = Value.Address(words, "via");
        return destination is not { } prefix || prefix.Address.AddressFamily == gateway.AddressFamily
            ? gateway
            : throw new LineException($"'via' takes an address of the destination's family here; another one is written 'via {Family(gateway)} {IpAddressText.Of(gateway)}'.");
    }

    private static RouteLeg Leg(Words words, IpPrefix? destination, IpNameTables names)
    {
        var leg = new RouteLeg(null, "", 1, RouteEntryFlags.None, 0);
        while (words.Peek is { } word and not "nexthop")
        {
            words.Next(out _);
            leg = word switch
            {
                "via" => leg with { Gateway = Gateway(words, destination) },
                "dev" => leg with { Device = Value.Word(words, word) },
                "weight" when words.Peek == "0" => throw new LineException("'weight' takes a number from 1 to 256."),
                "weight" => leg with { Weight = (byte)Math.Clamp(Value.Number(words, word, 256), 1, byte.MaxValue) },
                "realms" or "realm" => leg with { Realms = RealmText.Parse(Value.Word(words, word), names) },
                _ => leg with { Flags = leg.Flags | FlagOf(word) ?? throw new LineException($"A nexthop has no word '{word}' that is known here.") },
            };
        }

        return leg;
    }

    internal static RouteEntryFlags? FlagOf(string word)
    {
        foreach (var (flag, name) in FlagWords)
        {
            if (name == word)
                return flag;
        }

        return null;
    }

    private static uint Seconds(Words words)
    {
        var word = Value.Word(words, "expires");
        return uint.TryParse(word.EndsWith("sec", StringComparison.Ordinal) ? word[..^3] : word, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : throw new LineException("'expires' takes seconds.");
    }

    internal static byte PreferenceOf(string word) =>
        word.Length != 0 && Array.IndexOf(Preferences, word) is >= 0 and var number ? (byte)number : throw new LineException($"'{word}' is no preference: low, medium or high.");

    private static string Preference(byte number) => number < Preferences.Length && Preferences[number].Length != 0 ? Preferences[number] : $"{number}";

    private static void AppendLeg(StringBuilder line, RouteLeg leg, AddressFamily family, IpNameTables names)
    {
        line.Append("\n\tnexthop ");
        AppendGateway(line, leg.Gateway, family);
        if (leg.Realms != 0)
            line.Append(leg.Realms >> 16 != 0 ? "realms " : "realm ").Append(RealmText.Of(leg.Realms, names)).Append(' ');
        if (leg.Device.Length != 0)
            line.Append($"dev {leg.Device} ");
        line.Append(CultureInfo.InvariantCulture, $"weight {leg.Weight} ");
        AppendFlags(line, leg.Flags);
    }

    private static void AppendGateway(StringBuilder line, IPAddress? gateway, AddressFamily family)
    {
        if (gateway is not null)
            line.Append(gateway.AddressFamily == family ? "via " : $"via {Family(gateway)} ").Append(IpAddressText.Of(gateway)).Append(' ');
    }

    private static void AppendFlags(StringBuilder line, RouteEntryFlags flags)
    {
        foreach (var (flag, word) in FlagWords)
        {
            if ((flags & flag) != 0)
                line.Append(word).Append(' ');
        }
    }

    private static void WriteGateway(Utf8JsonWriter writer, IPAddress? gateway, AddressFamily family)
    {
        if (gateway is null)
            return;
        if (gateway.AddressFamily == family)
        {
            writer.WriteString("gateway", IpAddressText.Of(gateway));
            return;
        }

        writer.WriteStartObject("via");
        writer.WriteString("family", Family(gateway));
        writer.WriteString("host", IpAddressText.Of(gateway));
        writer.WriteEndObject();
    }

    private static void WriteFlags(Utf8JsonWriter writer, RouteEntryFlags flags)
    {
        writer.WriteStartArray("flags");
        foreach (var (flag, word) in FlagWords)
        {
            if ((flags & flag) != 0)
                writer.WriteStringValue(word);
        }

        writer.WriteEndArray();
    }

    private static void WriteRealms(Utf8JsonWriter writer, uint realms, IpNameTables names)
    {
        if (realms == 0)
            return;
        writer.WriteStartObject("flow");
        if (realms >> 16 != 0)
            writer.WriteString("from", names.Realms.Of(realms >> 16));
        writer.WriteString("to", names.Realms.Of(realms & 0xffff));
        writer.WriteEndObject();
    }

    private static string Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? "inet6" : "inet";
}
