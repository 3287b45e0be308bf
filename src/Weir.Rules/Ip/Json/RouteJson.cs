using System.Net;
using System.Net.Sockets;

namespace Weir.Rules.Ip.Json;

/// <summary>One object of <c>ip -j route</c> (iproute2's <c>ip/iproute.c</c> print_route).</summary>
internal static class RouteJson
{
    /// <param name="members">Of the object.</param>
    /// <param name="family">Unspecified when the command said none.</param>
    /// <param name="table">The listing's, for routes that name none.</param>
    /// <param name="names">Names for numbers.</param>
    internal static RouteEntry Parse(Members members, AddressFamily family, uint table, IpNameTables names)
    {
        var route = new RouteEntry
        {
            Type = (byte)(members.Named("type", names.RouteTypes, 11) ?? 1),
            Destination = Prefix(members, "dst", ref family),
            Source = Prefix(members, "from", ref family),
            TypeOfService = (byte)(TypeOfServiceJson.Take(members, names) ?? 0),
            NextHopId = members.Number("nhid") ?? 0,
            Gateway = Gateway(members),
            Device = members.Text("dev") ?? "",
            Table = members.Named("table", names.Tables, uint.MaxValue) ?? table,
            Protocol = (byte)(members.Named("protocol", names.Protocols, byte.MaxValue) ?? 3),
            Scope = (byte)(members.Named("scope", names.Scopes, byte.MaxValue) ?? 0),
            PreferredSource = members.Address("prefsrc"),
            Metric = members.Number("metric"),
            Flags = Flags(members),
            Realms = Realms(members, names),
            Expires = members.Number("expires"),
            Preference = members.Text("pref") is { } preference ? RouteText.PreferenceOf(preference) : null,
            Legs = [.. members.Objects("nexthops").Select(leg => Leg(leg, names))],
        };
        var metrics = new SortedDictionary<ushort, uint>();
        var congestionControl = "";
        foreach (var set in members.Objects("metrics"))
            RouteMetrics.ParseJson(set, metrics, ref congestionControl);
        route = route with { Metrics = metrics.Count == 0 ? route.Metrics : metrics, CongestionControl = congestionControl };
        return route with { Family = RouteText.FamilyOf(route, family) };
    }

    private static RouteLeg Leg(Members members, IpNameTables names) => new(
        Gateway(members),
        members.Text("dev") ?? "",
        (byte)Math.Clamp(members.Number("weight", 256) ?? 1, 1, byte.MaxValue),
        Flags(members),
        Realms(members, names));

    private static IpPrefix? Prefix(Members members, string name, ref AddressFamily family)
    {
        if (members.Text(name) is not { } word)
            return name == "from" ? null : throw new LineException("A route has a destination.");
        if (word == "default")
            return null;
        if (!IpPrefix.TryParse(word, out var prefix))
            throw new LineException($"'{word}' is no prefix such as 10.0.0.0/8.");
        if (prefix.Length != 0)
            return prefix;
        family = prefix.Address.AddressFamily;
        return null;
    }

    /// <summary>Of another family than the route it stands in an object of its own.</summary>
    private static IPAddress? Gateway(Members members)
    {
        if (members.Within("via") is not { } via)
            return members.Address("gateway");
        var family = via.Text("family");
        var host = via.Address("host");
        return family is "inet" or "inet6" && host is not null ? host : throw new LineException("'via' takes a family, inet or inet6, and a host.");
    }

    private static RouteEntryFlags Flags(Members members)
    {
        var flags = RouteEntryFlags.None;
        foreach (var word in members.Texts("flags"))
            flags |= RouteText.FlagOf(word) ?? throw new LineException($"'{word}' is no flag of a route.");
        return flags;
    }

    private static uint Realms(Members members, IpNameTables names) =>
        members.Within("flow") is { } flow ? (flow.Named("from", names.Realms, ushort.MaxValue) ?? 0) << 16 | (flow.Named("to", names.Realms, ushort.MaxValue) ?? 0) : 0;
}
