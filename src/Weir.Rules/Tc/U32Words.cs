using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Weir.Rules.Tc;

/// <summary>What u32 is told (man tc-u32). Matches become words as tc makes them: parts of one word are joined, in the order of the first.</summary>
internal static class U32Words
{
    private const int KeyLimit = 128;

    internal static TcFilter Parse(TcFilter filter, WordReader words)
    {
        TcU32 u32 = new();
        List<TcU32Match> matches = [];
        List<string> offload = [];
        IReadOnlyList<TcAction> actions = [];
        while (!words.AtEnd)
        {
            switch (words.Peek)
            {
                case "match":
                    words.Next();
                    if (words.Take("mark"))
                        u32 = u32 with { Mark = new TcU32Mark(Value(words, uint.MaxValue), Value(words, uint.MaxValue)) };
                    else
                        Match(words, matches);
                    break;
                case "flowid" or "classid":
                    words.Next();
                    u32 = u32 with { ClassId = TcCommandParser.Handle(words), Terminal = true };
                    break;
                case "divisor":
                    u32 = u32 with { Divisor = TcCommandParser.Number(words, 256) };
                    break;
                case "ht":
                    words.Next();
                    u32 = u32 with { HashTable = Handle(words) & 0xfffff000 };
                    break;
                case "link":
                    words.Next();
                    u32 = u32 with { Link = Handle(words) };
                    break;
                case "order":
                    filter = filter with { Handle = filter.Handle | TcCommandParser.Number(words, 0xfff) };
                    break;
                case "offset":
                    words.Next();
                    u32 = Offset(u32, words);
                    break;
                case "hashkey":
                    words.Next();
                    u32 = words.Take("mask") && words.TakeHex(out var mask) && words.Take("at") && words.TakeNumber(out var at)
                        ? u32 with { HashMask = mask, HashOffset = (short)at } : throw TcWordException.At(words, "hashkey mask MASK at OFFSET");
                    break;
                case "indev":
                    words.Next();
                    u32 = u32 with { InputDevice = words.Next() };
                    break;
                case "skip_hw" or "skip_sw":
                    offload.Add(words.Next());
                    break;
                case "action":
                    actions = ActionWords.ParseAll(words);
                    u32 = u32 with { Terminal = true };
                    break;
                default:
                    throw TcWordException.At(words, "a word of u32");
            }
        }

        return filter with { Classifier = u32 with { Matches = matches, Offload = offload }, Actions = actions };
    }

    private static void Match(WordReader words, List<TcU32Match> matches)
    {
        switch (words.Next())
        {
            case "u32":
                Sample(words, matches, 4, 0, isNext: false);
                break;
            case "u16":
                Sample(words, matches, 2, 0, isNext: false);
                break;
            case "u8":
                Sample(words, matches, 1, 0, isNext: false);
                break;
            case "ip":
                Ip(words, matches);
                break;
            case "ip6":
                Ip6(words, matches);
                break;
            case "tcp" or "udp":
                Sample(words, matches, 2, words.Next() switch { "src" => 0, "dst" => 2, var field => throw Unknown(field) }, isNext: true);
                break;
            case "icmp":
                Sample(words, matches, 1, words.Next() switch { "type" => 0, "code" => 1, var field => throw Unknown(field) }, isNext: true);
                break;
            case "ether":
                Ethernet(words, matches);
                break;
            case var other:
                throw Unknown(other);
        }

        static TcWordException Unknown(string field) => new($"u32 can't match {field} here");
    }

    private static void Ip(WordReader words, List<TcU32Match> matches)
    {
        var field = words.Next();
        switch (field)
        {
            case "src" or "dst":
                Address(words, matches, AddressFamily.InterNetwork, field == "src" ? 12 : 16);
                break;
            case "tos" or "dsfield" or "precedence":
                Sample(words, matches, 1, 1, isNext: false);
                break;
            case "ihl":
                Sample(words, matches, 1, 0, isNext: false);
                break;
            case "protocol":
                Sample(words, matches, 1, 9, isNext: false);
                break;
            // As tc: an IP header without options is taken for granted.
            case "sport" or "icmp_type":
                Sample(words, matches, field == "sport" ? 2 : 1, 20, isNext: false);
                break;
            case "dport":
                Sample(words, matches, 2, 22, isNext: false);
                break;
            case "icmp_code":
                Sample(words, matches, 1, 21, isNext: false);
                break;
            // tc wants a word behind these, whatever it is.
            case "nofrag" or "firstfrag" or "df" or "mf" when words.AtEnd:
                throw TcWordException.At(words, "another match");
            case "nofrag":
                Pack(matches, 0, 0x3fff, 6, 2, isNext: false);
                break;
            case "firstfrag":
                Pack(matches, 0x2000, 0x3fff, 6, 2, isNext: false);
                break;
            case "df":
                Pack(matches, 0x4000, 0x4000, 6, 2, isNext: false);
                break;
            case "mf":
                Pack(matches, 0x2000, 0x2000, 6, 2, isNext: false);
                break;
            default:
                throw new TcWordException($"u32 can't match ip {field} here");
        }
    }

    private static void Ip6(WordReader words, List<TcU32Match> matches)
    {
        var field = words.Next();
        switch (field)
        {
            case "src" or "dst":
                Address(words, matches, AddressFamily.InterNetworkV6, field == "src" ? 8 : 24);
                break;
            case "protocol":
                Sample(words, matches, 1, 6, isNext: false);
                break;
            case "sport":
                Sample(words, matches, 2, 40, isNext: false);
                break;
            case "dport":
                Sample(words, matches, 2, 42, isNext: false);
                break;
            case "priority":
                // The traffic class lies across two bytes.
                const int classShift = 20;
                var (value, mask) = (Value(words, byte.MaxValue), Mask(words, byte.MaxValue));
                Pack(matches, value << classShift, mask << classShift, 0, 4, isNext: false);
                break;
            default:
                throw new TcWordException($"u32 can't match ip6 {field} here");
        }
    }

    private static void Ethernet(WordReader words, List<TcU32Match> matches)
    {
        var field = words.Next();
        if (field is not ("src" or "dst") || !TcAddresses.TryParseMac(words.Next(), out var mac))
            throw new TcWordException("match ether wants src or dst and a MAC address");
        if (field == "dst")
        {
            Pack(matches, (uint)(mac >> 32), 0xffff, -14, 2, isNext: false);
            Pack(matches, (uint)mac, uint.MaxValue, -12, 4, isNext: false);
        }
        else
        {
            Pack(matches, (uint)(mac >> 16), uint.MaxValue, -8, 4, isNext: false);
            Pack(matches, (uint)mac & 0xffff, 0xffff, -4, 2, isNext: false);
        }
    }

    /// <summary><c>VALUE MASK [at [nexthdr+]OFFSET]</c>.</summary>
    private static void Sample(WordReader words, List<TcU32Match> matches, int size, int offset, bool isNext)
    {
        var limit = size == 4 ? uint.MaxValue : (1u << (8 * size)) - 1;
        var (value, mask) = (Value(words, limit), Mask(words, limit));
        if (words.Take("at"))
        {
            var place = words.Next();
            isNext = place.StartsWith("nexthdr+", StringComparison.Ordinal);
            if (!WordReader.TryNumber(isNext ? place["nexthdr+".Length..] : place, out var at) || at is < int.MinValue or > int.MaxValue)
                throw new TcWordException($"\"{place}\" is no offset");
            offset = (int)at;
        }

        Pack(matches, value, mask, offset, size, isNext);
    }

    private static void Address(WordReader words, List<TcU32Match> matches, AddressFamily family, int offset)
    {
        if (!TcAddresses.TryParsePrefix(words.Peek, family, out var address, out var length))
            throw TcWordException.At(words, "an address");
        words.Next();
        var bytes = address.GetAddressBytes();
        if (length == 0)
            Pack(matches, 0, 0, offset, 4, isNext: false);
        for (var i = 0; i < length; i += 32)
            Pack(matches, BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i / 8)), length - i >= 32 ? uint.MaxValue : uint.MaxValue << (32 - (length - i)), offset + (i / 8), 4, isNext: false);
    }

    /// <summary>tc's pack_key: into the word that the bytes lie in, and into one that is there already.</summary>
    private static void Pack(List<TcU32Match> matches, uint value, uint mask, int offset, int size, bool isNext)
    {
        var shift = size switch { 4 => 0, 2 => (offset & 3) == 0 ? 16 : 0, _ => 8 * (3 - (offset & 3)) };
        if (size == 4 && (offset & 3) != 0)
            throw new TcWordException("a u32 match begins at a multiple of four");
        var word = new TcU32Match((value & mask) << shift, mask << shift, offset & ~3, isNext);
        var same = matches.FindIndex(match => match.Offset == word.Offset && match.NextHeader == isNext);
        if (same < 0)
        {
            if (matches.Count == KeyLimit)
                throw new TcWordException($"u32 compares at most {KeyLimit} words");
            matches.Add(word);
            return;
        }

        var there = matches[same];
        if (((word.Value ^ there.Value) & word.Mask & there.Mask) != 0)
            throw new TcWordException("two matches want different values of the same bits");
        matches[same] = there with { Value = there.Value | word.Value, Mask = there.Mask | word.Mask };
    }

    private static TcU32 Offset(TcU32 u32, WordReader words)
    {
        TcU32Offset offset = new(0, 0, 0, 0, Variable: false);
        var has = false;
        while (true)
        {
            if (words.Take("mask"))
                (offset, has) = (offset with { Mask = words.TakeHex(out var mask) ? (ushort)mask : throw TcWordException.At(words, "a mask"), Variable = true }, true);
            else if (words.Take("shift"))
                (offset, has) = (offset with { Shift = (byte)Value(words, 31), Variable = true }, true);
            else if (words.Take("at"))
                (offset, has) = (offset with { At = words.TakeNumber(out var at) && at % 2 == 0 ? (short)at : throw TcWordException.At(words, "an even offset"), Variable = true }, true);
            else if (words.Take("plus"))
                (offset, has) = (offset with { Plus = (ushort)Value(words, ushort.MaxValue) }, true);
            else if (words.Take("eat"))
                u32 = u32 with { Eat = true };
            else
                return has ? u32 with { Offset = offset } : u32;
        }
    }

    private static uint Handle(WordReader words) =>
        TcHandle.TryParseU32(words.Peek, out var handle) && words.Next().Length != 0 ? handle : throw TcWordException.At(words, "a handle, as 2:7:");

    private static uint Value(WordReader words, uint limit) =>
        WordReader.TryNumber(words.Peek, out var value) && value >= 0 && value <= limit && words.Next().Length != 0 ? (uint)value : throw TcWordException.At(words, $"a number up to {limit}");

    /// <summary>tc reads masks as hexadecimal, with <c>0x</c> or without.</summary>
    private static uint Mask(WordReader words, uint limit) =>
        words.TakeHex(out var mask) && mask <= limit ? mask : throw TcWordException.At(words, $"a mask up to 0x{limit:x}");
}
