using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.Rules.Nft.Types;

/// <summary>A type of nft's values: its name, its number in a set's key type, its size, and how its values are written.</summary>
/// <param name="Name">As in <c>type ipv4_addr</c>.</param>
/// <param name="Number">src/include/datatype.h enum datatypes: the kernel keeps it for nft.</param>
/// <param name="Bits">0: any length.</param>
/// <param name="IsHostOrder">In registers the value stands in the host's byte order.</param>
public sealed record NftDataType(string Name, uint Number, int Bits, NftDataKind Kind, bool IsHostOrder = false)
{
    private const int TextSize = 16;

    /// <summary>Names of values; where a value has several, the first is printed.</summary>
    public IReadOnlyList<(string Name, uint Value)> Symbols { get; init; } = [];

    /// <summary>Whether symbols are printed in quotes.</summary>
    public bool QuotesSymbols { get; init; }

    /// <summary>Names that are only read.</summary>
    public IReadOnlyList<(string Name, uint Value)> Aliases { get; init; } = [];

    public override string ToString() => Name;

    /// <summary>A constant's value as a number; of a text, its 16 bytes as a number in network order.</summary>
    /// <returns>Null when it is none of this type's.</returns>
    public UInt128? Parse(string text, NftNames names)
    {
        if (Find(text) is { } symbol)
            return symbol;
        return Kind switch
        {
            NftDataKind.IPv4 => Address(text, AddressFamily.InterNetwork),
            NftDataKind.IPv6 => Address(text, AddressFamily.InterNetworkV6),
            NftDataKind.Ethernet => Mac(text),
            NftDataKind.Text => Text(text),
            NftDataKind.Link => names.LinkIndex(text) is { } index ? index : NftNumber.Parse(text),
            NftDataKind.ClassId => Class(text),
            NftDataKind.User => names.UserId(text) is { } user ? user : NftNumber.Parse(text),
            NftDataKind.Group => names.GroupId(text) is { } group ? group : NftNumber.Parse(text),
            NftDataKind.Service => names.Service(text) is { } port ? port : NftNumber.Parse(text),
            NftDataKind.Time => NftNumber.ParseTime(text) is { } time ? time : null,
            NftDataKind.Verdict or NftDataKind.Clock => null,
            _ => NftNumber.Parse(text),
        };
    }

    /// <summary>A value as nft prints it.</summary>
    public NftTerm Format(UInt128 value, NftNames names)
    {
        if (Kind == NftDataKind.Bitmask)
            return Flags(value);
        foreach (var (name, symbol) in Symbols)
        {
            if (symbol == value)
                return new NftTerm.Word(name, QuotesSymbols);
        }

        return Kind switch
        {
            NftDataKind.Hexadecimal => new NftTerm.Word($"0x{((ulong)value).ToString($"x{(Bits + 3) / 4}", CultureInfo.InvariantCulture)}"),
            NftDataKind.Raw => new NftTerm.Word($"0x{value.ToString("x", CultureInfo.InvariantCulture)}"),
            NftDataKind.IPv4 => new NftTerm.Word(new IPAddress(Bytes(value, 4)).ToString()),
            NftDataKind.IPv6 => new NftTerm.Word(NftAddressText.Format(Bytes(value, 16))),
            NftDataKind.Ethernet => new NftTerm.Word(string.Join(':', Bytes(value, 6).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)))),
            NftDataKind.Text => new NftTerm.Word(String(value), IsQuoted: true),
            NftDataKind.Link when value <= uint.MaxValue && names.LinkName((uint)value) is { } name => new NftTerm.Word(name, IsQuoted: true),
            NftDataKind.ClassId => ClassText((uint)value),
            NftDataKind.Time => new NftTerm.Word(NftNumber.FormatTime((ulong)value)),
            _ => new NftTerm.Word(value.ToString(CultureInfo.InvariantCulture)),
        };
    }

    /// <summary>The bits one by one, the highest unknown ones as numbers: <c>established,related</c>.</summary>
    private NftTerm Flags(UInt128 value)
    {
        if (Symbols.Count == 0)
            return new NftTerm.Word(value.ToString(CultureInfo.InvariantCulture));
        var words = new List<NftTerm>();
        for (var bit = 0; bit < 32; bit++)
        {
            if ((value >> bit & 1) == 0)
                continue;
            var flag = (uint)1 << bit;
            var name = Symbols.FirstOrDefault(symbol => symbol.Value == flag).Name;
            words.Add(new NftTerm.Word(name ?? $"0x{flag.ToString("x", CultureInfo.InvariantCulture)}"));
        }

        return words.Count switch
        {
            0 => new NftTerm.Word("0x0"),
            1 => words[0],
            _ => new NftTerm.List(words),
        };
    }

    private UInt128? Find(string text)
    {
        foreach (var (name, value) in Symbols)
        {
            if (string.Equals(name, text, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        foreach (var (name, value) in Aliases)
        {
            if (string.Equals(name, text, StringComparison.Ordinal))
                return value;
        }

        return null;
    }

    private static byte[] Bytes(UInt128 value, int size)
    {
        var all = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(all, value);
        return all[(16 - size)..];
    }

    private static UInt128 ToNumber(ReadOnlySpan<byte> bytes)
    {
        UInt128 value = 0;
        foreach (var b in bytes)
            value = value << 8 | b;
        return value;
    }

    private static UInt128? Address(string text, AddressFamily family)
    {
        // IPAddress takes "10" and "0x0a000001" for IPv4 too; nft takes only four numbers here.
        if (family == AddressFamily.InterNetwork && text.Count(c => c == '.') != 3)
            return null;
        return IPAddress.TryParse(text, out var address) && address.AddressFamily == family && !text.Contains('%', StringComparison.Ordinal) ? ToNumber(address.GetAddressBytes()) : null;
    }

    private static UInt128? Mac(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 6)
            return null;
        UInt128 value = 0;
        foreach (var part in parts)
        {
            if (part.Length is 0 or > 2 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var b))
                return null;
            value = value << 8 | b;
        }

        return value;
    }

    private static UInt128? Text(string text)
    {
        var size = Encoding.UTF8.GetByteCount(text);
        if (size is 0 or > TextSize)
            return null;
        var bytes = new byte[TextSize];
        Encoding.UTF8.GetBytes(text, bytes);
        return ToNumber(bytes);
    }

    private static string String(UInt128 value)
    {
        var bytes = Bytes(value, TextSize);
        var end = Array.IndexOf(bytes, (byte)0);
        return Encoding.UTF8.GetString(bytes, 0, end < 0 ? TextSize : end);
    }

    private static UInt128? Class(string text)
    {
        switch (text)
        {
            case "root":
                return 0xffffffff;
            case "none":
                return 0;
        }

        var parts = text.Split(':');
        if (parts.Length != 2)
            return NftNumber.Parse(text);
        return ushort.TryParse(parts[0].Length == 0 ? "0" : parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var major)
            && ushort.TryParse(parts[1].Length == 0 ? "0" : parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var minor)
            ? (UInt128)((uint)major << 16 | minor)
            : null;
    }

    private static NftTerm.Word ClassText(uint value) => new(value switch
    {
        0xffffffff => "root",
        0 => "none",
        _ => $"{(value >> 16).ToString("x", CultureInfo.InvariantCulture)}:{(value & 0xffff).ToString("x", CultureInfo.InvariantCulture)}",
    });
}
