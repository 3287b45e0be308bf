using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;
using KernelElement = Weir.Netlink.Nftables.NftElement;
using TextElement = Weir.Rules.Nft.NftElement;

namespace Weir.Host.Nft;

/// <summary>Elements of sets, from the kernel to the text, in the order in which nft prints them.</summary>
internal sealed class NftElementReader(NftNames names, Func<NftExpression, NftStatement> stateful)
{
    internal List<TextElement> Read(NftSetSpec spec, IReadOnlyList<KernelElement> elements)
    {
        var all = elements.Where(element => (element.Flags & NftElementFlags.NFT_SET_ELEM_CATCHALL) != 0)
            .Select(element => Rest(spec, element, new NftTerm.Word("*")));
        var plain = elements.Where(element => (element.Flags & NftElementFlags.NFT_SET_ELEM_CATCHALL) == 0).ToList();
        if (spec is { IsInterval: true, IsConcatenation: false })
            return [.. Intervals(spec, plain), .. all];
        if (spec.IsInterval)
            return [.. plain.Select(element => Rest(spec, element, Ranges(spec, element))), .. all];
        // nft's sort does not keep the order of flags that begin alike.
        if (spec.Key[0].Type.Kind == NftDataKind.Bitmask)
            plain.Reverse();
        return [.. plain.OrderBy(element => SortKey(spec, element.Key.Span)).Select(element => Rest(spec, element, Key(spec.Key, element.Key.Span))), .. all];
    }

    /// <summary>src/mergesort.c: numbers by size; texts and concatenations as one little endian number; flags by their lowest.</summary>
    private static SortableBytes SortKey(NftSetSpec spec, ReadOnlySpan<byte> key)
    {
        if (!spec.IsConcatenation)
        {
            var field = spec.Key[0];
            if (field.Type.Kind == NftDataKind.Text)
                return SortableBytes.LittleEndian(key);
            var value = field.Decode(key);
            if (field.Type.Kind == NftDataKind.Bitmask)
                value &= ~value + 1;
            return SortableBytes.Of(value);
        }

        var bytes = new List<byte>();
        var at = 0;
        foreach (var field in spec.Key)
        {
            if (at + field.Bytes > key.Length)
                break;
            bytes.AddRange(key.Slice(at, field.Bytes));
            at += field.PaddedBytes;
        }

        return SortableBytes.LittleEndian([.. bytes]);
    }

    /// <summary>A value as nft prints it inside braces: flags with blanks and bars.</summary>
    internal NftTerm Value(NftSpec field, UInt128 value)
    {
        var term = field.Type.Format(value, names);
        return term is NftTerm.List list ? list.Items.Aggregate((left, right) => new NftTerm.Operation("|", left, right)) : term;
    }

    internal NftTerm Range(NftSpec field, UInt128 from, UInt128 to)
    {
        if (from == to)
            return Value(field, from);
        var size = to - from;
        var isAligned = (size & (size + 1)) == 0 && (from & size) == 0;
        if (isAligned && field.Type.Kind is NftDataKind.IPv4 or NftDataKind.IPv6)
            return new NftTerm.Prefix(Value(field, from), field.Bits - BitsOf(size));
        if (isAligned && field.Type.Kind == NftDataKind.Text && BitsOf(size) % 8 == 0)
        {
            var text = field.Type.Format(from, names) is NftTerm.Word word ? word.Text : "";
            return new NftTerm.Word($"{text}*", IsQuoted: true);
        }

        return new NftTerm.Range(Value(field, from), Value(field, to));
    }

    internal NftTerm Key(IReadOnlyList<NftSpec> fields, ReadOnlySpan<byte> bytes)
    {
        if (fields.Count == 1)
            return Value(fields[0], fields[0].Decode(bytes[..Math.Min(bytes.Length, fields[0].Bytes)]));
        var parts = new List<NftTerm>();
        var at = 0;
        foreach (var field in fields)
        {
            var end = Math.Min(bytes.Length, at + field.Bytes);
            parts.Add(at > bytes.Length ? new NftTerm.Word("0") : Value(field, field.Decode(bytes[at..end])));
            at += field.PaddedBytes;
        }

        return new NftTerm.Concatenation(parts);
    }

    private static int BitsOf(UInt128 size) => 128 - (int)UInt128.LeadingZeroCount(size);

    private NftTerm Ranges(NftSetSpec spec, KernelElement element)
    {
        if (element.KeyEnd.IsEmpty)
            return Key(spec.Stored, element.Key.Span);
        var parts = new List<NftTerm>();
        var at = 0;
        foreach (var field in spec.Stored)
        {
            var end = at + field.Bytes;
            if (end > element.Key.Length || end > element.KeyEnd.Length)
                break;
            parts.Add(Range(field, field.Decode(element.Key.Span[at..end]), field.Decode(element.KeyEnd.Span[at..end])));
            at += field.PaddedBytes;
        }

        return new NftTerm.Concatenation(parts);
    }

    private List<TextElement> Intervals(NftSetSpec spec, List<KernelElement> elements)
    {
        var field = spec.Stored[0];
        var sorted = elements.Select(element => (Key: field.Decode(element.Key.Span), IsEnd: (element.Flags & NftElementFlags.NFT_SET_ELEM_INTERVAL_END) != 0, Element: element))
            .OrderBy(item => item.Key).ThenBy(item => item.IsEnd ? 0 : 1).ToList();
        var read = new List<TextElement>();
        (UInt128 From, KernelElement Element)? open = null;
        foreach (var (key, isEnd, element) in sorted)
        {
            if (open is { } start && key > start.From)
                read.Add(Rest(spec, start.Element, Range(field, start.From, key - 1)));
            open = isEnd ? null : (key, element);
        }

        if (open is { } last)
            read.Add(Rest(spec, last.Element, Range(field, last.From, field.Maximum)));
        return read;
    }

    private TextElement Rest(NftSetSpec spec, KernelElement element, NftTerm key) => new(key)
    {
        Statements = [.. element.Expressions.Select(stateful)],
        Timeout = Time(element.Timeout),
        Expires = Time(element.Expiration),
        Comment = NftUserData.ReadComment(element.UserData),
        Data = Data(spec, element),
    };

    internal static string? Time(TimeSpan? time) => time is { } span ? ((NftTerm.Word)NftDataTypes.Time.Format((UInt128)Math.Max(0, span.TotalMilliseconds), NftNames.None)).Text : null;

    private NftTerm? Data(NftSetSpec spec, KernelElement element)
    {
        if (!spec.IsMap)
            return null;
        if (element.Object.Length != 0)
            return new NftTerm.Word(element.Object, IsQuoted: true);
        if (element.Data is not { } data)
            return null;
        if (data.Verdict is { } verdict)
            return Verdict(verdict);
        if (!spec.DataIsInterval)
            return Key(spec.Data, data.Value.Span);
        var half = data.Value.Length / 2;
        var from = data.Value.Span[..half];
        var to = data.Value.Span[half..];
        var parts = new List<NftTerm>();
        var at = 0;
        foreach (var field in spec.Data)
        {
            var end = at + field.Bytes;
            if (end > half)
                break;
            parts.Add(Range(field, field.Decode(from[at..end]), field.Decode(to[at..end])));
            at += field.PaddedBytes;
        }

        return parts.Count == 1 ? parts[0] : new NftTerm.Concatenation(parts);
    }

    internal static NftTerm.Verdict Verdict(NftVerdict verdict) =>
        verdict.Chain.Length != 0 && verdict.ToString().Split(' ') is [var kind, var chain] ? new NftTerm.Verdict(kind, chain) : new NftTerm.Verdict(verdict.ToString());

    /// <summary>Bytes that compare as a number.</summary>
    internal readonly record struct SortableBytes(byte[] Bytes) : IComparable<SortableBytes>
    {
        internal static SortableBytes Of(UInt128 value)
        {
            var bytes = new byte[16];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
            return new SortableBytes(bytes);
        }

        internal static SortableBytes LittleEndian(ReadOnlySpan<byte> bytes)
        {
            var reversed = bytes.ToArray();
            Array.Reverse(reversed);
            return new SortableBytes(reversed);
        }

        public int CompareTo(SortableBytes other) => Bytes.AsSpan().SequenceCompareTo(other.Bytes);

        public static bool operator <(SortableBytes left, SortableBytes right) => left.CompareTo(right) < 0;

        public static bool operator >(SortableBytes left, SortableBytes right) => left.CompareTo(right) > 0;

        public static bool operator <=(SortableBytes left, SortableBytes right) => left.CompareTo(right) <= 0;

        public static bool operator >=(SortableBytes left, SortableBytes right) => left.CompareTo(right) >= 0;
    }
}
