using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Rules.Ip.Json;

namespace Weir.Rules.Ip;

/// <summary>A link's lines, in the order of iproute2's <c>ip/ipaddress.c</c> print_linkinfo.</summary>
public static class LinkText
{
    private const uint Up = 1, PointToPoint = 1 << 4, Running = 1 << 6;

    private static readonly (uint Bit, string Word)[] FlagWords =
    [
        (1 << 3, "LOOPBACK"), (1 << 1, "BROADCAST"), (PointToPoint, "POINTOPOINT"), (1 << 12, "MULTICAST"), (1 << 7, "NOARP"), (1 << 9, "ALLMULTI"), (1 << 8, "PROMISC"),
        (1 << 10, "MASTER"), (1 << 11, "SLAVE"), (1 << 2, "DEBUG"), (1 << 14, "DYNAMIC"), (1 << 13, "AUTOMEDIA"), (1 << 15, "PORTSEL"), (1 << 5, "NOTRAILERS"), (Up, "UP"),
        (1 << 16, "LOWER_UP"), (1 << 17, "DORMANT"), (1 << 18, "ECHO"),
    ];

    /// <summary>All lines, without the end of the last one.</summary>
    public static string Print(LinkEntry link, IpNameTables names)
    {
        var lines = new StringBuilder();
        lines.Append(CultureInfo.InvariantCulture, $"{link.Index}: {link.Name}").Append(link.Peer.Length != 0 ? $"@{link.Peer}" : "");
        lines.Append($": <{string.Join(',', Words(link.Flags))}> ").Append(CultureInfo.InvariantCulture, $"mtu {link.Mtu} ");
        if (link.Xdp.Length != 0)
            lines.Append($"{link.Xdp} ");
        if (link.Qdisc.Length != 0)
            lines.Append($"qdisc {link.Qdisc} ");
        if (link.Master.Length != 0)
            lines.Append($"master {link.Master} ");
        if (link.State.Length != 0)
            lines.Append($"state {link.State} ");
        if (link.Mode.Length != 0)
            lines.Append($"mode {link.Mode} ");
        lines.Append($"group {names.Groups.Of(link.Group)} ");
        if (link.QueueLength is { } length)
            lines.Append(CultureInfo.InvariantCulture, $"qlen {length}");
        if (link.Type.Length != 0)
            lines.Append($"\n    link/{link.Type} ");
        if (link.Address.Length != 0)
            lines.Append(Octets(link.Address));
        if (link.Broadcast.Length != 0)
            lines.Append((link.Flags & PointToPoint) != 0 ? " peer " : " brd ").Append(Octets(link.Broadcast));
        if (link.PeerNamespace.Length != 0)
            lines.Append($" link-netns {link.PeerNamespace}");
        else if (link.PeerNamespaceId is { } id)
            lines.Append(CultureInfo.InvariantCulture, $" link-netnsid {id}");
        foreach (var detail in link.DetailLines)
            lines.Append(detail);
        if (link.Alias.Length != 0)
            lines.Append($"\n    alias {link.Alias}");
        foreach (var name in link.AlternativeNames)
            lines.Append($"\n    altname {name}");
        return lines.ToString();
    }

    /// <summary>The first properties of an object of <c>ip -j link</c> and <c>ip -j address</c>; the object is begun, and ended by the caller.</summary>
    public static void WriteJson(LinkEntry link, Utf8JsonWriter writer, IpNameTables names)
    {
        writer.WriteNumber("ifindex", link.Index);
        if (link.Peer.StartsWith("if", StringComparison.Ordinal) && int.TryParse(link.Peer.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var peer))
            writer.WriteNumber("link_index", peer);
        else if (link.Peer.Length != 0)
            writer.WriteString("link", link.Peer == "NONE" ? null : link.Peer);
        writer.WriteString("ifname", link.Name);
        writer.WriteStartArray("flags");
        foreach (var word in Words(link.Flags))
            writer.WriteStringValue(word);
        writer.WriteEndArray();
        writer.WriteNumber("mtu", link.Mtu);
        WriteUnlessEmpty(writer, "qdisc", link.Qdisc);
        WriteUnlessEmpty(writer, "master", link.Master);
        WriteUnlessEmpty(writer, "operstate", link.State);
        WriteUnlessEmpty(writer, "linkmode", link.Mode);
        writer.WriteString("group", names.Groups.Of(link.Group));
        if (link.QueueLength is { } length)
            writer.WriteNumber("txqlen", length);
        WriteUnlessEmpty(writer, "link_type", link.Type);
        if (link.Address.Length != 0)
            writer.WriteString("address", Octets(link.Address));
        if ((link.Flags & PointToPoint) != 0 && link.Broadcast.Length != 0)
            writer.WriteBoolean("link_pointtopoint", true);
        if (link.Broadcast.Length != 0)
            writer.WriteString("broadcast", Octets(link.Broadcast));
        if (link.PeerNamespaceId is { } id)
            writer.WriteNumber("link_netnsid", id);
        if (link.Details is { } details)
            LinkJson.WriteDetails(details, writer);
        WriteUnlessEmpty(writer, "ifalias", link.Alias);
        if (link.AlternativeNames.Count != 0)
        {
            writer.WriteStartArray("altnames");
            foreach (var name in link.AlternativeNames)
                writer.WriteStringValue(name);
            writer.WriteEndArray();
        }
    }

    internal static string Octets(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder(octets.Length * 3);
        foreach (var octet in octets)
            text.Append(text.Length != 0 ? ":" : "").Append(octet.ToString("x2", CultureInfo.InvariantCulture));
        // Four octets are the end of an IPv4 tunnel.
        return octets.Length == 4 ? string.Join('.', octets.ToArray()) : text.ToString();
    }

    /// <summary>An address as <see cref="Octets"/> prints it.</summary>
    internal static byte[] OctetsOf(string text, string name) =>
        text.Contains('.', StringComparison.Ordinal) && IpAddressText.TryParse(text, out var address) ? address.GetAddressBytes() : Value.Octets(new Words(text), name);

    /// <summary>All lines of one link in a listing, as they stand.</summary>
    internal static LinkEntry Parse(string text, IpNameTables names)
    {
        var lines = text.Split('\n');
        var link = ParseHead(lines[0], names);
        for (var i = 1; i < lines.Length; i++)
        {
            var words = new Words(lines[i]);
            if (i == 1 && words.Next(out var type) && type.StartsWith("link/", StringComparison.Ordinal))
                link = ParseAddresses(words, link with { Type = type[5..] });
            else if (lines[i].StartsWith("    alias ", StringComparison.Ordinal))
                link = link with { Alias = lines[i]["    alias ".Length..] };
            else if (lines[i].StartsWith("    altname ", StringComparison.Ordinal))
                link = link with { AlternativeNames = [.. link.AlternativeNames, lines[i]["    altname ".Length..]] };
            else if (link.Alias.Length == 0 && link.AlternativeNames.Count == 0)
                link = link with { DetailLines = [.. link.DetailLines, $"\n{lines[i]}"] };
            else
                throw new LineException("A link's details stand before its alias.");
        }

        return link;
    }

    private static LinkEntry ParseHead(string line, IpNameTables names)
    {
        var words = new Words(line);
        if (!words.Next(out var index) || !int.TryParse(index.TrimEnd(':'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !words.Next(out var name))
            throw new LineException("A link begins with its index and name.");
        var parts = name.TrimEnd(':').Split('@');
        var link = new LinkEntry { Index = number, Name = parts[0], Peer = parts.Length > 1 ? parts[1] : "" };
        while (words.Next(out var word))
        {
            link = word switch
            {
                _ when word[0] == '<' && word[^1] == '>' => link with { Flags = FlagsOf(word[1..^1].Split(',', StringSplitOptions.RemoveEmptyEntries)) },
                "mtu" => link with { Mtu = (int)Value.Number(words, word, int.MaxValue) },
                "qdisc" => link with { Qdisc = Value.Word(words, word) },
                "master" => link with { Master = Value.Word(words, word) },
                "state" => link with { State = Value.Word(words, word) },
                "mode" => link with { Mode = Value.Word(words, word) },
                "group" => link with { Group = Value.Named(words, word, names.Groups, uint.MaxValue) },
                "qlen" => link with { QueueLength = (int)Value.Number(words, word, int.MaxValue) },
                "xdp" or "xdpgeneric" or "xdpoffload" or "xdpmulti" => link with { Xdp = word },
                _ => throw new LineException($"A link has no word '{word}' that is known here."),
            };
        }

        return link;
    }

    private static LinkEntry ParseAddresses(Words words, LinkEntry link)
    {
        if (words.Peek is { } first && first.Contains(':', StringComparison.Ordinal))
            link = link with { Address = Value.Octets(words, "link") };
        while (words.Peek is { } word)
        {
            switch (word)
            {
                case "brd" or "peer":
                    words.Next(out _);
                    link = link with { Broadcast = Value.Octets(words, word) };
                    break;
                case "link-netns":
                    words.Next(out _);
                    link = link with { PeerNamespace = Value.Word(words, word) };
                    break;
                case "link-netnsid":
                    words.Next(out _);
                    link = link with { PeerNamespaceId = (int)Value.Number(words, word, int.MaxValue) };
                    break;
                default:
                    return link with { DetailLines = [.. link.DetailLines, $" {string.Join(' ', words.Rest.ToArray())}"] };
            }
        }

        return link;
    }

    private static IEnumerable<string> Words(uint flags)
    {
        if ((flags & (Up | Running)) == Up)
            yield return "NO-CARRIER";
        foreach (var (bit, word) in FlagWords)
        {
            if ((flags & bit) != 0)
                yield return word;
        }

        if ((flags & ~(Running | FlagWords.Aggregate(0u, (all, flag) => all | flag.Bit))) is not 0 and var rest)
            yield return $"{rest:x}";
    }

    internal static uint FlagsOf(IReadOnlyList<string> words)
    {
        uint flags = 0;
        var carrier = true;
        foreach (var word in words)
        {
            if (word == "NO-CARRIER")
                carrier = false;
            else if (Array.Find(FlagWords, flag => flag.Word == word).Bit is not 0 and var bit)
                flags |= bit;
            else if (uint.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rest))
                flags |= rest;
            else
                throw new LineException($"'{word}' is no flag of a link.");
        }

        return carrier && (flags & Up) != 0 ? flags | Running : flags;
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter writer, string name, string value)
    {
        if (value.Length != 0)
            writer.WriteString(name, value);
    }
}
