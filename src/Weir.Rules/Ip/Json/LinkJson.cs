using System.Text.Json;

namespace Weir.Rules.Ip.Json;

/// <summary>One object of <c>ip -j link</c> and <c>ip -j address</c>, with and without <c>-d</c> (iproute2's <c>ip/ipaddress.c</c> print_linkinfo).</summary>
internal static class LinkJson
{
    /// <summary>Those of any link that <c>-d</c> adds and 6.1 prints, in its order; the kind's stand behind the first four.</summary>
    private static readonly string[] General =
    [
        "promiscuity", "allmulti", "min_mtu", "max_mtu", "inet6_addr_gen_mode", "num_tx_queues", "num_rx_queues", "gso_max_size", "gso_max_segs", "tso_max_size", "tso_max_segs",
        "gro_max_size", "gso_ipv4_max_size", "gro_ipv4_max_size", "phys_port_name", "phys_port_id", "phys_switch_id", "parentbus", "parentdev",
    ];

    private const int BeforeKind = 4;

    private static readonly string[] XdpModes = ["", "xdp", "xdpgeneric", "xdpoffload", "xdpmulti"];

    internal static LinkEntry Parse(Members members, IpNameTables names)
    {
        var link = new LinkEntry
        {
            Index = (int)(members.Number("ifindex", int.MaxValue) ?? throw new LineException("A link has a member 'ifindex'.")),
            Peer = Peer(members),
            Name = members.Text("ifname") ?? throw new LineException("A link has a member 'ifname'."),
            Flags = LinkText.FlagsOf(members.Texts("flags")),
            Mtu = (int)(members.Number("mtu", int.MaxValue) ?? 0),
            Qdisc = members.Text("qdisc") ?? "",
            Master = members.Text("master") ?? "",
            State = members.Text("operstate") ?? "",
            Mode = members.Text("linkmode") ?? "",
            Group = members.Named("group", names.Groups, uint.MaxValue) ?? 0,
            QueueLength = (int?)members.Number("txqlen", int.MaxValue),
            Type = members.Text("link_type") ?? "",
            Address = members.Text("address") is { } address ? LinkText.OctetsOf(address, "address") : [],
            Broadcast = members.Text("broadcast") is { } broadcast ? LinkText.OctetsOf(broadcast, "broadcast") : [],
            PeerNamespaceId = (int?)members.Number("link_netnsid", int.MaxValue),
            Details = Details(members),
            Alias = members.Text("ifalias") ?? "",
            AlternativeNames = members.Texts("altnames"),
        };
        members.Flag("link_pointtopoint");
        return WithXdp(link, members);
    }

    internal static void WriteDetails(LinkDetails details, Utf8JsonWriter writer)
    {
        foreach (var detail in details.General.Where(detail => IsBeforeKind(detail.Name)))
            Write(detail, writer);
        if (details.Kind.Length != 0 || details.PortKind.Length != 0)
        {
            writer.WriteStartObject("linkinfo");
            Write(writer, "info_kind", details.Kind, "info_data", details.KindDetails);
            Write(writer, "info_slave_kind", details.PortKind, "info_slave_data", details.PortDetails);
            writer.WriteEndObject();
        }

        foreach (var detail in details.General.Where(detail => !IsBeforeKind(detail.Name)))
            Write(detail, writer);
    }

    private static bool IsBeforeKind(string name) => Array.IndexOf(General, name) is >= 0 and < BeforeKind;

    private static void Write(Utf8JsonWriter writer, string kindName, string kind, string detailsName, IReadOnlyList<LinkDetail>? details)
    {
        if (kind.Length == 0)
            return;
        writer.WriteString(kindName, kind);
        if (details is null)
            return;
        writer.WriteStartObject(detailsName);
        foreach (var detail in details)
            Write(detail, writer);
        writer.WriteEndObject();
    }

    private static void Write(LinkDetail detail, Utf8JsonWriter writer)
    {
        writer.WritePropertyName(detail.Name);
        writer.WriteRawValue(detail.Json);
    }

    private static LinkDetails? Details(Members members)
    {
        var general = new List<LinkDetail>();
        foreach (var name in General)
        {
            if (members.Take(name) is { } value)
                general.Add(new LinkDetail(name, Members.Compact(value)));
        }

        var info = members.Within("linkinfo");
        if (general.Count == 0 && info is null)
            return null;
        return new LinkDetails
        {
            General = general,
            Kind = info?.Text("info_kind") ?? "",
            KindDetails = info?.Within("info_data")?.TakeAll(),
            PortKind = info?.Text("info_slave_kind") ?? "",
            PortDetails = info?.Within("info_slave_data")?.TakeAll(),
        };
    }

    /// <summary>A name, null for a tunnel that has no lower link, or an index when it is in another namespace.</summary>
    private static string Peer(Members members)
    {
        if (members.Number("link_index", int.MaxValue) is { } index)
            return $"if{index}";
        if (!members.Has("link"))
            return "";
        var value = members.Take("link")!.Value;
        return value.ValueKind switch
        {
            JsonValueKind.Null => "NONE",
            JsonValueKind.String => Members.TextOf("link", value),
            _ => throw new LineException("'link' takes a name."),
        };
    }

    /// <summary>The program's name and tag are the kernel's, not the link's: they are kept as they stand.</summary>
    private static LinkEntry WithXdp(LinkEntry link, Members members)
    {
        if (members.Within("xdp") is not { } xdp)
            return link;
        var mode = xdp.Number("mode", (uint)XdpModes.Length - 1) ?? 0;
        xdp.Take("attached");
        var program = xdp.Take("prog") is { ValueKind: JsonValueKind.Object } prog && prog.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetUInt32(out var number) ? number : 0;
        return link with { Xdp = XdpModes[mode], XdpProgramId = program };
    }
}
