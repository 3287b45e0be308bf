using System.Buffers.Binary;
using System.Net.Sockets;

namespace Weir.Rules.Tc;

/// <summary>What pedit is told (man tc-pedit): <c>munge offset N u8|u16|u32 CMD</c> and <c>munge HEADER FIELD CMD</c>.</summary>
internal static class PeditWords
{
    private enum Command
    {
        Set,
        Add,
        Clear,
        Invert,
        Preserve,
    }

    internal static TcPedit Parse(WordReader words)
    {
        var isExtended = words.Take("ex");
        List<TcPeditKey> keys = [];
        while (words.Take("munge"))
        {
            if (words.Take("offset"))
                Raw(words, keys, isExtended);
            else
                Layered(words, keys, isExtended);
        }

        return keys.Count is 0 or > 128 ? throw TcWordException.At(words, "munge, once to 128 times,") : new TcPedit(keys, ActionWords.Control(words, "pass")) { Extended = isExtended };
    }

    private static void Raw(WordReader words, List<TcPeditKey> keys, bool isExtended)
    {
        if (!words.TakeNumber(out var offset) || offset is < int.MinValue or > int.MaxValue)
            throw TcWordException.At(words, "an offset");
        var size = words.Next() switch { "u8" => 1, "u16" => 2, "u32" => 4, var other => throw new TcWordException($"\"{other}\" stands where u8, u16 or u32 should") };
        if (words.Peek == "at")
            throw new TcWordException("an offset that a byte of the packet moves (at) is not known here");
        Field(words, keys, "", (int)offset, size, isExtended);
    }

    private static void Layered(WordReader words, List<TcPeditKey> keys, bool isExtended)
    {
        var (header, field) = (words.Next(), words.Next());
        (string Header, int Offset, int Size)? place = (header, field) switch
        {
            ("ip", "src") => ("ipv4", 12, 4),
            ("ip", "dst") => ("ipv4", 16, 4),
            ("ip", "tos" or "dsfield") => ("ipv4", 1, 1),
            ("ip", "ihl") => ("ipv4", 0, 1),
            ("ip", "ttl") => ("ipv4", 8, 1),
            ("ip", "protocol") => ("ipv4", 9, 1),
            ("ip6", "src") => ("ipv6", 8, 16),
            ("ip6", "dst") => ("ipv6", 24, 16),
            ("ip6", "hoplimit") => ("ipv6", 7, 1),
            ("ip6", "nexthdr") => ("ipv6", 6, 1),
            ("eth", "dst") => ("eth", 0, 6),
            ("eth", "src") => ("eth", 6, 6),
            ("eth", "type") => ("eth", 12, 2),
            ("tcp" or "udp", "sport") => (header, 0, 2),
            ("tcp" or "udp", "dport") => (header, 2, 2),
            ("tcp", "flags") => ("tcp", 13, 1),
            _ => null,
        };
        if (place is not { } known)
            throw new TcWordException($"pedit can't change {header} {field} here");
        if (!isExtended && header is not "ip")
            throw new TcWordException($"pedit changes {header} {field} only as pedit ex");
        Field(words, keys, isExtended ? known.Header : "", known.Offset, known.Size, isExtended);
    }

    private static void Field(WordReader words, List<TcPeditKey> keys, string header, int offset, int size, bool isExtended)
    {
        var command = words.Next() switch
        {
            "set" => Command.Set,
            "add" when isExtended => Command.Add,
            "add" => throw new TcWordException("pedit adds only as pedit ex"),
            "clear" => Command.Clear,
            "invert" => Command.Invert,
            "preserve" => Command.Preserve,
            var other => throw new TcWordException($"\"{other}\" stands where set, add, clear, invert or preserve should"),
        };
        var value = command is Command.Set or Command.Add ? Value(words, size) : new byte[size];
        if (command == Command.Invert)
            value.AsSpan().Fill(0xff);
        var retain = uint.MaxValue;
        if (words.Take("retain"))
            retain = size <= 4 && words.TakeHex(out var mask) ? mask : throw TcWordException.At(words, "a mask of 8, 16 or 32 bits");
        if (size == 2 && (offset & 3) == 3)
            throw new TcWordException("a u16 may not lie across two words");
        if (size >= 4 && (offset & 3) is 1 or 3 || size is 4 or 16 && (offset & 3) != 0)
            throw new TcWordException("a u32 begins at a multiple of four");

        // Piece by piece, each within one word: two bytes up to the next word, then four, then what is left.
        for (var at = 0; at < size;)
        {
            var inWord = (offset + at) & 3;
            var length = Math.Min(size - at, 4 - inWord);
            var piece = 0u;
            for (var i = 0; i < length; i++)
                piece = piece << 8 | value[at + i];
            var shift = 8 * (4 - inWord - length);
            var whole = length == 4 ? uint.MaxValue : (1u << (8 * length)) - 1;
            var stays = command is Command.Invert or Command.Preserve ? whole : 0;
            stays = (stays | ~retain) << shift | ~(whole << shift);
            keys.Add(new TcPeditKey(header, offset + at - inWord, (piece & retain) << shift, stays, command == Command.Add));
            at += length;
        }
    }

    private static byte[] Value(WordReader words, int size)
    {
        var text = words.Peek;
        var bytes = new byte[size];
        if (size == 6)
        {
            if (!TcAddresses.TryParseMac(text, out var mac))
                throw TcWordException.At(words, "a MAC address");
            Span<byte> eight = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(eight, mac);
            eight[2..].CopyTo(bytes);
        }
        else if (size == 16 || (size == 4 && text.Contains('.', StringComparison.Ordinal)))
        {
            if (!TcAddresses.TryParsePrefix(text, size == 16 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, out var address, out _))
                throw TcWordException.At(words, "an address");
            bytes = address.GetAddressBytes();
        }
        else
        {
            if (!WordReader.TryNumber(text, out var number) || number < 0 || number >= 1L << (8 * size))
                throw TcWordException.At(words, $"a number of {8 * size} bits");
            for (var i = 0; i < size; i++)
                bytes[i] = (byte)(number >> (8 * (size - 1 - i)));
        }

        words.Next();
        return bytes;
    }
}
