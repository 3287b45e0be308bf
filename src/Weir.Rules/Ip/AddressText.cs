using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Rules.Ip.Json;

namespace Weir.Rules.Ip;

/// <summary>An address' two lines, in the order of iproute2's <c>ip/ipaddress.c</c> print_addrinfo.</summary>
public static class AddressText
{
    private const uint Permanent = 0x80, Secondary = 1;

    private static readonly (uint Bit, string Word)[] FlagWords =
    [
        (Secondary, "secondary"), (0x02, "nodad"), (0x04, "optimistic"), (0x08, "dadfailed"), (0x10, "home"), (0x20, "deprecated"), (0x40, "tentative"),
        (Permanent, "dynamic"), (0x100, "mngtmpaddr"), (0x200, "noprefixroute"), (0x400, "autojoin"), (0x800, "stable-privacy"),
    ];

    /// <summary>Both lines, without the end of the second.</summary>
    public static string Print(AddressEntry address, IpNameTables names)
    {
        var line = new StringBuilder(address.IsIPv6 ? "    inet6 " : "    inet ");
        line.Append(IpAddressText.Of(address.Local));
        if (address.Peer is { } peer)
            line.Append($" peer {IpAddressText.Of(peer)}");
        line.Append(CultureInfo.InvariantCulture, $"/{address.PrefixLength} ");
        if (address.Metric is { } metric)
            line.Append(CultureInfo.InvariantCulture, $"metric {metric} ");
        if (address.Broadcast is { } broadcast)
            line.Append($"brd {IpAddressText.Of(broadcast)} ");
        line.Append($"scope {names.Scopes.Of(address.Scope)} ");
        foreach (var word in Words(address))
            line.Append(word).Append(' ');
        if (Unnamed(address) is > 0 and var rest)
            line.Append($"flags {rest:x2} ");
        line.Append(address.Label);
        line.Append($"\n       valid_lft {Lifetime(address.ValidLifetime)} preferred_lft {Lifetime(address.PreferredLifetime)}");
        return line.ToString();
    }

    /// <summary>One object of <c>addr_info</c> in <c>ip -j address</c>.</summary>
    public static void WriteJson(AddressEntry address, Utf8JsonWriter writer, IpNameTables names)
    {
        writer.WriteStartObject();
        writer.WriteString("family", address.IsIPv6 ? "inet6" : "inet");
        writer.WriteString("local", IpAddressText.Of(address.Local));
        if (address.Peer is { } peer)
            writer.WriteString("address", IpAddressText.Of(peer));
        writer.WriteNumber("prefixlen", address.PrefixLength);
        if (address.Metric is { } metric)
            writer.WriteNumber("metric", metric);
        if (address.Broadcast is { } broadcast)
            writer.WriteString("broadcast", IpAddressText.Of(broadcast));
        writer.WriteString("scope", names.Scopes.Of(address.Scope));
        foreach (var word in Words(address))
            writer.WriteBoolean(word, true);
        if (Unnamed(address) is > 0 and var rest)
            writer.WriteString("ifa_flags", $"{rest:x2}");
        if (address.Label.Length != 0)
            writer.WriteString("label", address.Label);
        writer.WriteNumber("valid_life_time", address.ValidLifetime);
        writer.WriteNumber("preferred_life_time", address.PreferredLifetime);
        writer.WriteEndObject();
    }

    /// <summary>Both lines of a listing, as one text.</summary>
    internal static AddressEntry Parse(string text, string device, IpNameTables names)
    {
        var words = new Words(text);
        if (!words.Take("inet") && !words.Take("inet6"))
            throw new LineException("An address begins with inet or inet6.");
        var address = new AddressEntry { Device = device };
        address = ParseWords(words, LocalAndPrefix(words, address), names, out _);
        return address;
    }

    /// <summary>The words after <c>ip address add</c>.</summary>
    internal static AddressEntry ParseCommand(Words words, IpVerb verb, IpNameTables names)
    {
        words.Take("local");
        var address = ParseWords(words, LocalAndPrefix(words, new AddressEntry { Verb = verb, Flags = 0 }), names, out var scopeSaid);
        if (address.Device.Length == 0)
            throw new LineException("An address needs a link: dev NAME.");
        if (address.ValidLifetime < address.PreferredLifetime)
            throw new LineException("An address is preferred no longer than it is valid: preferred_lft is greater than valid_lft.");
        // ip/ipaddress.c default_scope: addresses of 127/8 belong to the host.
        if (!scopeSaid && !address.IsIPv6 && address.Local.GetAddressBytes()[0] == 127)
            address = address with { Scope = 254 };
        return address;
    }

    private static AddressEntry LocalAndPrefix(Words words, AddressEntry address)
    {
        var word = Value.Word(words, "address");
        if (!IpPrefix.TryParse(word, out var prefix))
            throw new LineException($"'{word}' is no address: 10.0.0.1/24, fd00::1/64.");
        return address with { Local = prefix.Address, PrefixLength = prefix.Length };
    }

    private static AddressEntry ParseWords(Words words, AddressEntry address, IpNameTables names, out bool scopeSaid)
    {
        scopeSaid = false;
        var sign = "";
        while (words.Next(out var word))
        {
            switch (word)
            {
                case "peer" or "remote":
                    if (Value.Prefix(words, word) is not { } peer)
                        throw new LineException("'peer' takes an address.");
                    address = address with { Peer = peer.Address, PrefixLength = peer.Length };
                    break;
                case "metric" or "priority" or "preference": address = address with { Metric = Value.Number(words, word, uint.MaxValue) }; break;
                case "brd" or "broadcast" when sign.Length != 0 || address.Broadcast is not null: throw new LineException("'brd' is said twice.");
                case "brd" or "broadcast":
                    if (words.Peek is "+" or "-")
                        words.Next(out sign!);
                    else
                        address = address with { Broadcast = Value.Address(words, word) };
                    break;
                case "scope":
                    address = address with { Scope = (byte)Value.Named(words, word, names.Scopes, byte.MaxValue) };
                    scopeSaid = true;
                    break;
                case "dev": address = address with { Device = Value.Word(words, word) }; break;
                case "label": address = address with { Label = Value.Word(words, word) }; break;
                case "proto": address = address with { Protocol = ProtocolOf(Value.Word(words, word)) }; break;
                case "valid_lft": address = address with { ValidLifetime = LifetimeOf(words) }; break;
                case "preferred_lft": address = address with { PreferredLifetime = LifetimeOf(words) }; break;
                case "temporary": address = address with { Flags = address.Flags | Secondary }; break;
                case "dynamic": address = address with { Flags = address.Flags & ~Permanent }; break;
                default:
                    if (Array.Find(FlagWords, flag => flag.Word == word).Bit is not 0 and var bit)
                        address = address with { Flags = address.Flags | bit };
                    else if (address is { Verb: IpVerb.List, IsIPv6: false, Label.Length: 0 })
                        address = address with { Label = word };
                    else
                        throw new LineException($"ip address has no word '{word}' that is known here.");
                    break;
            }
        }

        return sign.Length == 0 ? address : address with { Broadcast = Broadcast(sign, address) };
    }

    /// <summary>
    /// <c>+</c> sets all bits of the host's part, <c>-</c> none. As ip does it (ip/ipaddress.c ipaddr_modify), of the peer where there is one, and
    /// not where one host's bit or none is left.
    /// </summary>
    private static IPAddress? Broadcast(string sign, AddressEntry address)
    {
        const int longest = 30;
        if (address.IsIPv6)
            throw new LineException("Only IPv4 has broadcast addresses.");
        if (address.PrefixLength > longest)
            return null;
        var bytes = (address.Peer ?? address.Local).GetAddressBytes();
        for (var bit = address.PrefixLength; bit < bytes.Length * 8; bit++)
        {
            if (sign == "+")
                bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
            else
                bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }

    private static IEnumerable<string> Words(AddressEntry address)
    {
        foreach (var (bit, word) in FlagWords)
        {
            if ((address.Flags & bit) != 0 != (bit == Permanent))
                yield return bit == Secondary && address.IsIPv6 ? "temporary" : word;
        }
    }

    /// <summary>The flags of a JSON object, each a member that is true.</summary>
    internal static uint TakeFlags(Members members)
    {
        uint flags = 0;
        foreach (var (bit, word) in FlagWords)
        {
            if ((members.Flag(word) || (bit == Secondary && members.Flag("temporary"))) != (bit == Permanent))
                flags |= bit;
        }

        return flags;
    }

    private static uint Unnamed(AddressEntry address) => address.Flags & ~0xfffu;

    private static string Lifetime(uint seconds) => seconds == uint.MaxValue ? "forever" : $"{seconds}sec";

    private static uint LifetimeOf(Words words)
    {
        var word = Value.Word(words, "lifetime");
        if (word == "forever")
            return uint.MaxValue;
        return uint.TryParse(word.EndsWith("sec", StringComparison.Ordinal) ? word[..^3] : word, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : throw new LineException($"'{word}' is no lifetime: seconds, or forever.");
    }

    /// <summary>IFAPROT_ names; newer tools print them, 6.1 does not.</summary>
    internal static byte ProtocolOf(string word) => word switch
    {
        "kernel_lo" => 1,
        "kernel_ra" => 2,
        "kernel_ll" => 3,
        _ => IpNames.TryNumber(word, out var number) && number <= byte.MaxValue ? (byte)number : throw new LineException($"'{word}' is no protocol of addresses."),
    };
}
