using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Rules.Text;

namespace Weir.Rules.Ipset;

/// <summary>Elements as ipset reads and prints them.</summary>
internal static class IpsetEntryText
{
    /// <summary>The element itself, without its options; null with the reason when it does not fit the kind.</summary>
    internal static IpsetEntry? ParseElement(string text, IpsetKind kind, IpsetContext context, out string reason)
    {
        var entry = new IpsetEntry();
        switch (kind.Type)
        {
            case "list:set":
                reason = $"{text} is no name of a set (at most 31 bytes)";
                return IpsetText.IsName(text) ? entry with { Member = text } : null;
            case "bitmap:port":
                return IpsetPorts.ParseBare(entry, text, context, out reason);
        }

        var parts = kind.Parts;
        var words = text.Split(',');
        if (words.Length != parts.Length)
        {
            reason = parts.Length == 1 ? $"{kind.Type} takes an address alone" : $"{kind.Type} needs {parts.Length} parts between commas: 10.0.0.1,tcp:80";
            return null;
        }

        reason = "";
        for (var i = 0; i < parts.Length; i++)
        {
            if (ParsePart(entry, words[i], parts[i], second: i > 0, kind, context, out reason) is not { } next)
                return null;
            entry = next;
        }

        return entry;
    }

    private static IpsetEntry? ParsePart(IpsetEntry entry, string text, string part, bool second, IpsetKind kind, IpsetContext context, out string reason)
    {
        switch (part)
        {
            case "port":
                return IpsetPorts.Parse(entry, text, kind, context, out reason);
            case "iface":
                const string physical = "physdev:";
                var isPhysical = text.StartsWith(physical, StringComparison.Ordinal);
                var link = isPhysical ? text[physical.Length..] : text;
                reason = $"{link} is no name of a link (at most 15 bytes)";
                return text.Length > 0 && Encoding.UTF8.GetByteCount(link) < 16 ? entry with { Link = link, PhysicalLink = isPhysical } : null;
            default:
                if (Addresses(new IpsetEntry(), text, part, second, kind, out reason) is not { } read)
                    return null;
                return second
                    ? entry with { SecondAddress = read.Address, SecondLastAddress = read.LastAddress, SecondPrefixLength = read.PrefixLength }
                    : entry with { Address = read.Address, LastAddress = read.LastAddress, PrefixLength = read.PrefixLength };
        }
    }

    /// <summary>Reads one option from the words at <paramref name="at"/> and moves on; null with the reason when it is none.</summary>
    internal static IpsetEntry? ParseOption(IpsetEntry entry, IReadOnlyList<string> words, ref int at, IpsetKind kind, out string reason)
    {
        var name = words[at++];
        if (name == "nomatch" && kind.HasNetworks)
        {
            reason = "";
            return entry with { NoMatch = true };
        }

        if (name == "wildcard" && kind.Type == "hash:net,iface")
        {
            reason = "";
            return entry with { AnyLinkLike = true };
        }

        if (at >= words.Count)
        {
            reason = $"{name} is not known here, or its value is missing";
            return null;
        }

        var value = words[at++];
        reason = $"{value} is no value for {name}, or {name} is not known here";
        return name switch
        {
            "timeout" when entry.Timeout is null && IpsetNumber.Parse(value, 0, IpsetText.LongestTimeout) is { } seconds => entry with { Timeout = (uint)seconds },
            "packets" when entry.Packets is null && IpsetNumber.Parse(value, 0, ulong.MaxValue) is { } packets => entry with { Packets = packets },
            "bytes" when entry.Bytes is null && IpsetNumber.Parse(value, 0, ulong.MaxValue) is { } bytes => entry with { Bytes = bytes },
            "comment" when entry.Comment is null && !value.Contains('"', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(value) <= 255 => entry with { Comment = value },
            "skbmark" when entry.SkbMark is null && Mark(value) is { } mark => entry with { SkbMark = mark },
            "skbprio" when entry.SkbPriority is null && Priority(value) is { } priority => entry with { SkbPriority = priority },
            "skbqueue" when entry.SkbQueue is null && IpsetNumber.Parse(value, 0, ushort.MaxValue) is { } queue => entry with { SkbQueue = (ushort)queue },
            "before" or "after" when kind.Type == "list:set" && entry.Neighbor is null && IpsetText.IsName(value) =>
                entry with { Neighbor = value, BeforeNeighbor = name == "before" },
            _ => null,
        };
    }

    internal static void Print(StringBuilder text, IpsetEntry entry)
    {
        text.Append(' ').Append(Element(entry));
        if (entry.Neighbor is { } neighbor)
            text.Append(entry.BeforeNeighbor ? " before " : " after ").Append(neighbor);
        if (entry.Timeout is { } timeout)
            text.Append(CultureInfo.InvariantCulture, $" timeout {timeout}");
        if (entry.NoMatch)
            text.Append(" nomatch");
        if (entry.AnyLinkLike)
            text.Append(" wildcard");
        if (entry.Packets is { } packets)
            text.Append(CultureInfo.InvariantCulture, $" packets {packets}");
        if (entry.Bytes is { } bytes)
            text.Append(CultureInfo.InvariantCulture, $" bytes {bytes}");
        if (entry.Comment is { } comment)
            text.Append($" comment \"{comment}\"");
        if (entry.SkbMark is { } mark)
            text.Append(CultureInfo.InvariantCulture, $" skbmark 0x{mark.Mark:x}").Append(mark.Mask == uint.MaxValue ? "" : string.Create(CultureInfo.InvariantCulture, $"/0x{mark.Mask:x}"));
        if (entry.SkbPriority is { } priority)
            text.Append(CultureInfo.InvariantCulture, $" skbprio {priority >> 16:x}:{priority & 0xffff:x}");
        if (entry.SkbQueue is { } queue)
            text.Append(CultureInfo.InvariantCulture, $" skbqueue {queue}");
    }

    /// <summary>The element without its options.</summary>
    internal static string Element(IpsetEntry entry)
    {
        if (entry.Member is { } member)
            return member;
        List<string> parts = [];
        if (entry.Address is { } address)
            parts.Add(Print(address, entry.LastAddress, entry.PrefixLength));
        if (entry.Port is not null)
            parts.Add(IpsetPorts.Print(entry));
        if (entry.SecondAddress is { } second)
            parts.Add(Print(second, entry.SecondLastAddress, entry.SecondPrefixLength));
        if (entry.Link is { } link)
            parts.Add((entry.PhysicalLink ? "physdev:" : "") + link);
        return string.Join(',', parts);
    }

    private static string Print(IPAddress address, IPAddress? last, byte? prefix)
    {
        var text = InetText.Print(address);
        if (last is not null)
            text += "-" + InetText.Print(last);
        return prefix is { } length && length != (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) ? string.Create(CultureInfo.InvariantCulture, $"{text}/{length}") : text;
    }

    /// <summary>IPv4: address, range or network, but a second <c>ip</c> is one address; IPv6: a network only where the part is <c>net</c>.</summary>
    private static IpsetEntry? Addresses(IpsetEntry entry, string text, string part, bool second, IpsetKind kind, out string reason)
    {
        reason = $"{text} is no {(kind.Family == IpsetFamily.Inet ? "IPv4" : "IPv6")} address that {kind.Type} takes; names are not looked up";
        if (second && part == "ip")
            return Address(text, kind) is { } one ? entry with { Address = one } : null;
        var slash = text.IndexOf('/');
        if (slash >= 0)
        {
            return Address(text.AsSpan(0, slash), kind) is { } network && IpsetNumber.Parse(text.AsSpan(slash + 1), 0, (ulong)kind.AddressBits) is { } length
                && (kind.Family == IpsetFamily.Inet || part == "net" || length == 128)
                ? entry with { Address = network, PrefixLength = (byte)length }
                : null;
        }

        var dash = text.IndexOf('-');
        if (dash >= 0)
        {
            return kind.Family == IpsetFamily.Inet && Address(text.AsSpan(0, dash), kind) is { } first && Address(text.AsSpan(dash + 1), kind) is { } last
                ? entry with { Address = first, LastAddress = last }
                : null;
        }

        return Address(text, kind) is { } address ? entry with { Address = address } : null;
    }

    private static IPAddress? Address(ReadOnlySpan<char> text, IpsetKind kind) =>
        InetText.Parse(text) is { } address && (address.AddressFamily == AddressFamily.InterNetwork) == (kind.Family == IpsetFamily.Inet) ? address : null;

    /// <summary>0x5 or 0x5/0xff, as sscanf(3) of "0x%lx/0x%lx" takes them.</summary>
    private static (uint Mark, uint Mask)? Mark(string value)
    {
        var parts = value.Split('/', 2);
        if (Hex(parts[0]) is not { } mark)
            return null;
        return (mark, parts.Length == 2 && Hex(parts[1]) is { } mask ? mask : uint.MaxValue);
    }

    private static uint? Hex(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static uint? Priority(string value)
    {
        var parts = value.Split(':');
        return parts.Length == 2
            && ushort.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var major)
            && ushort.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var minor)
            ? ((uint)major << 16) | minor
            : null;
    }
}
