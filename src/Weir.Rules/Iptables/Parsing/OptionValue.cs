using System.Globalization;
using System.Net;

namespace Weir.Rules.Iptables.Parsing;

/// <summary>An option's word and what it stands in; reads it as one of libxtables' kinds of values.</summary>
/// <param name="Option">The option's name, for messages.</param>
/// <param name="Text">Its word; empty for an option without one.</param>
/// <param name="Rule">The rule so far: its family, its protocol, its next words.</param>
internal readonly record struct OptionValue(string Option, string Text, bool Inverted, RuleParser Rule)
{
    /// <summary>XTTYPE_UINT8 to XTTYPE_UINT64.</summary>
    internal ulong Number(ulong maximum, ulong minimum = 0) =>
        CNumber.TryParse(Text, minimum, maximum, out var number) ? number : throw Bad($"\"{Text}\" is no number from {minimum} to {maximum}");

    internal byte Byte() => (byte)Number(byte.MaxValue);

    internal ushort UInt16() => (ushort)Number(ushort.MaxValue);

    internal uint UInt32(uint maximum = uint.MaxValue) => (uint)Number(maximum);

    /// <summary>XTTYPE_UINT16RC, XTTYPE_UINT32RC: <c>5</c>, <c>5:9</c>, <c>:9</c>, <c>5:</c>.</summary>
    internal (uint First, uint? Last) Range(uint maximum)
    {
        var parts = Text.Split(':');
        if (parts.Length > 2)
            throw Bad($"\"{Text}\" has more than two parts");
        Span<uint> bounds = [0, maximum];
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length == 0)
                continue;
            if (!CNumber.TryParse(parts[i], 0, maximum, out var number))
                throw Bad($"\"{parts[i]}\" is no number from 0 to {maximum}");
            bounds[i] = (uint)number;
        }

        return (bounds[0], parts.Length == 2 ? bounds[1] : null);
    }

    /// <summary>XTTYPE_PORTRC: as <see cref="Range"/> with names of services.</summary>
    internal PortRange Ports()
    {
        var parts = Text.Split(':');
        if (parts.Length > 2)
            throw Bad($"\"{Text}\" has more than two parts");
        var first = parts[0].Length == 0 ? (ushort)0 : Port(parts[0]);
        if (parts.Length == 1)
            return new PortRange(first, parts[0].Length == 0 ? (ushort)0 : first);
        return new PortRange(first, parts[1].Length == 0 ? ushort.MaxValue : Port(parts[1]));
    }

    /// <summary>XTTYPE_PORT</summary>
    internal ushort Port() => Port(Text);

    /// <summary>XTTYPE_MARKMASK32: <c>0x220</c>, <c>0x220/0x220</c>.</summary>
    internal MarkMask MarkMask()
    {
        if (!CNumber.TryRead(Text, uint.MaxValue, out var mark, out var rest))
            throw Bad($"\"{Text}\" is no mark");
        if (rest.IsEmpty)
            return new MarkMask((uint)mark, uint.MaxValue);
        if (rest[0] != '/' || !CNumber.TryParse(rest[1..], 0, uint.MaxValue, out var mask))
            throw Bad($"\"{Text}\" is no mark with a mask, such as 0x220/0x220");
        return new MarkMask((uint)mark, (uint)mask);
    }

    /// <summary>XTTYPE_HOST</summary>
    internal IPAddress Host() => Host(Text);

    /// <summary>XTTYPE_HOSTMASK</summary>
    internal AddressMask HostMask()
    {
        var slash = Text.IndexOf('/');
        if (slash < 0)
            return AddressMask.Whole(Host(Text));
        var mask = AddressText.ParseMask(Text[(slash + 1)..], Rule.Family) ?? throw Bad($"\"{Text[(slash + 1)..]}\" is no mask");
        var address = new AddressMask(Host(Text[..slash]), mask);
        return address.PrefixLength is null ? throw Bad($"\"{Text}\": only masks that are a prefix can be used here") : address;
    }

    /// <summary>XTTYPE_PROTOCOL</summary>
    internal byte Protocol() => ProtocolNames.Parse(Text) ?? throw Bad($"unknown protocol \"{Text}\"");

    /// <summary>XTTYPE_STRING that is put into a field of the kernel's: what is longer is cut, as the tool cuts it.</summary>
    /// <param name="size">Bytes of the field, with its NUL.</param>
    internal string String(int size) => KernelText.Cut(Text, size - 1);

    /// <summary>The word after the option's own, for options of two words.</summary>
    internal string Second() => Rule.TakeSecondWord() ?? throw Bad("requires two words");

    internal RuleSyntaxException Bad(string message) => new($"--{Option}: {message}");

    /// <summary>getaddrinfo(3): decimal digits or a name.</summary>
    private ushort Port(string text) =>
        (CNumber.IsDecimal(text)
            ? ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null
            : ServiceNames.FindPort(text, null))
        ?? throw Bad($"\"{text}\" is no port and no known service");

    private IPAddress Host(string text) =>
        AddressText.Parse(text, Rule.Family) ?? throw Bad($"\"{text}\" is no {Rule.Family} address; names of hosts are not looked up");
}
