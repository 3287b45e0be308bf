using System.Globalization;
using System.Net;

namespace Weir.Rules.Ip;

/// <summary>The value that follows a word; what can't be one is a <see cref="LineException"/>.</summary>
internal static class Value
{
    internal static string Word(Words words, string name) => words.Next(out var word) ? word : throw new LineException($"'{name}' wants a value after it.");

    internal static uint Number(Words words, string name, uint most) =>
        IpNames.TryNumber(Word(words, name), out var number) && number <= most ? number : throw new LineException($"'{name}' takes a number from 0 to {most}.");

    internal static ulong Long(Words words, string name) =>
        ulong.TryParse(Word(words, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new LineException($"'{name}' takes a number.");

    internal static uint Named(Words words, string name, IpNames names, uint most, bool hexadecimal = false)
    {
        var word = Word(words, name);
        uint number;
        var found = hexadecimal && !names.TryFind(word, out _)
            ? uint.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : names.TryFind(word, out number);
        return found && number <= most ? number : throw new LineException($"'{word}' is no {name}: a number up to {most}, or a name that iproute2's tables have.");
    }

    internal static IPAddress Address(Words words, string name) =>
        IpAddressText.TryParse(Word(words, name), out var address) ? address : throw new LineException($"'{name}' takes an IP address.");

    /// <summary>Null for <c>all</c>, <c>any</c> and <c>default</c>.</summary>
    internal static IpPrefix? Prefix(Words words, string name)
    {
        var word = Word(words, name);
        if (word is "all" or "any" or "default")
            return null;
        return IpPrefix.TryParse(word, out var prefix) ? prefix : throw new LineException($"'{name}' takes a prefix such as 10.0.0.0/8, or all.");
    }

    internal static (uint First, uint Last) Range(Words words, string name)
    {
        var parts = Word(words, name).Split('-');
        if (!uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first))
            throw new LineException($"'{name}' takes a number, or two with a dash between.");
        var last = first;
        if (parts.Length > 2 || (parts.Length == 2 && !uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out last)))
            throw new LineException($"'{name}' takes a number, or two with a dash between.");
        return (first, last);
    }

    internal static (ushort First, ushort Last) Ports(Words words, string name) => Range(words, name) is var (first, last) && first <= ushort.MaxValue && last <= ushort.MaxValue
        ? ((ushort)first, (ushort)last)
        : throw new LineException($"'{name}' takes ports up to 65535.");

    /// <summary>Octets in hexadecimal with colons between, as a link's address.</summary>
    internal static byte[] Octets(Words words, string name)
    {
        var parts = Word(words, name).Split(':');
        var octets = new byte[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octets[i]))
                throw new LineException($"'{name}' takes an address such as 02:00:00:00:00:01.");
        }

        return octets;
    }
}

/// <summary>Realms, 16 bits from and 16 bits to, as <c>FROM/TO</c>, or <c>TO</c> alone.</summary>
internal static class RealmText
{
    internal static string Of(uint realms, IpNameTables names) =>
        realms >> 16 == 0 ? names.Realms.Of(realms & 0xffff) : $"{names.Realms.Of(realms >> 16)}/{names.Realms.Of(realms & 0xffff)}";

    internal static uint Parse(string word, IpNameTables names)
    {
        var parts = word.Split('/');
        uint from = 0, to = 0;
        var good = parts.Length switch
        {
            1 => names.Realms.TryFind(parts[0], out to),
            2 => names.Realms.TryFind(parts[0], out from) && names.Realms.TryFind(parts[1], out to),
            _ => false,
        };
        return good && from <= ushort.MaxValue && to <= ushort.MaxValue ? from << 16 | to : throw new LineException($"'{word}' are no realms: a number up to 65535, or two with a slash between.");
    }
}
