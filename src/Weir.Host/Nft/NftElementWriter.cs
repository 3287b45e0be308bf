using System.Text;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;
using KernelElement = Weir.Netlink.Nftables.NftElement;
using TextElement = Weir.Rules.Nft.NftElement;

namespace Weir.Host.Nft;

/// <summary>Elements of sets, from the text to what the kernel takes.</summary>
internal sealed class NftElementWriter(NftNames names, Func<NftStatement, NftExpression> stateful)
{
    /// <summary>A constant's value.</summary>
    /// <exception cref="NftRefused">It is none of this type's.</exception>
    internal UInt128 Value(NftTerm term, NftSpec spec)
    {
        switch (term)
        {
            case NftTerm.Word word:
                var text = spec.Type.Kind == NftDataKind.Text ? word.Text.Replace("\\*", "*", StringComparison.Ordinal) : word.Text;
                var value = spec.Type.Parse(text, names) ?? (spec.Type.Kind is NftDataKind.IPv4 or NftDataKind.IPv6 or NftDataKind.Ethernet or NftDataKind.Text ? null : NftNumberOf(word.Text));
                if (value is not { } known)
                    throw new NftRefused($"'{word.Text}' is not of the type {spec.Type.Name}");
                return known <= spec.Maximum ? known : throw new NftRefused($"'{word.Text}' exceeds the maximum value {spec.Maximum} of {spec.Type.Name}");
            case NftTerm.List list when spec.Type.Kind == NftDataKind.Bitmask:
                return list.Items.Aggregate(UInt128.Zero, (sum, item) => sum | Value(item, spec));
            case NftTerm.Operation operation:
                var (left, right) = (Value(operation.Left, spec), Value(operation.Right, spec));
                return operation.Operator switch
                {
                    "|" => left | right,
                    "&" => left & right,
                    "^" => left ^ right,
                    "<<" => left << (int)right,
                    _ => left >> (int)right,
                };
            default:
                throw new NftRefused($"'{term}' is no constant of the type {spec.Type.Name}");
        }
    }

    private static UInt128? NftNumberOf(string text) => NftDataTypes.RawInteger.Parse(text, NftNames.None);

    /// <summary>A constant, a prefix, a range or a wildcard as its first and last value.</summary>
    internal (UInt128 From, UInt128 To) Interval(NftTerm term, NftSpec spec)
    {
        switch (term)
        {
            case NftTerm.Range range:
                var (from, to) = (Value(range.From, spec), Value(range.To, spec));
                return from <= to ? (from, to) : throw new NftRefused($"range {range} has a negative size");
            case NftTerm.Prefix prefix:
                if (prefix.Length < 0 || prefix.Length > spec.Bits)
                    throw new NftRefused($"prefix length {prefix.Length} exceeds the {spec.Bits} bits of {spec.Type.Name}");
                var rest = prefix.Length == spec.Bits ? 0 : spec.Maximum >> prefix.Length;
                var first = Value(prefix.Address, spec) & ~rest;
                return (first, first | rest);
            case NftTerm.Word word when IsWildcard(word, spec):
                var bytes = Encoding.UTF8.GetByteCount(word.Text) - 1;
                var start = Value(new NftTerm.Word(word.Text[..^1]), spec);
                return (start, start | UInt128.MaxValue >> (8 * bytes));
            default:
                var value = Value(term, spec);
                return (value, value);
        }
    }

    internal static bool IsWildcard(NftTerm.Word word, NftSpec spec) =>
        spec.Type.Kind == NftDataKind.Text && word.Text.Length > 1 && word.Text[^1] == '*' && word.Text[^2] != '\\';

    /// <summary>Whether a set of these elements has to be one of intervals.</summary>
    internal static bool NeedsInterval(IReadOnlyList<TextElement> elements, IReadOnlyList<NftSpec> key) => elements.Any(element => Parts(element.Key).Select((part, i) => (part, i)).Any(field =>
        field.part is NftTerm.Range or NftTerm.Prefix || (field.part is NftTerm.Word word && field.i < key.Count && IsWildcard(word, key[field.i]))));

    /// <summary>Whether a map of these elements gives ranges.</summary>
    internal static bool GivesIntervals(IReadOnlyList<TextElement> elements) => elements.Any(element => Parts(element.Data ?? element.Key).Any(part => part is NftTerm.Range or NftTerm.Prefix));

    internal static IReadOnlyList<NftTerm> Parts(NftTerm term) => term is NftTerm.Concatenation concatenation ? concatenation.Parts : [term];

    internal List<KernelElement> Write(NftSetSpec spec, IReadOnlyList<TextElement> elements, bool merges, bool addsFirst, bool isAnonymous = false)
    {
        if (spec.IsInterval && !spec.IsConcatenation)
            return Intervals(spec, elements, merges, addsFirst, isAnonymous);
        var written = new List<KernelElement>();
        foreach (var element in elements)
        {
            if (element.IsCatchAll)
            {
                written.Add(Rest(spec, element) with { Flags = NftElementFlags.NFT_SET_ELEM_CATCHALL });
                continue;
            }

            var parts = Parts(element.Key);
            if (parts.Count != spec.Key.Count)
                throw new NftRefused($"'{element.Key}' has {parts.Count} fields where the set has {spec.Key.Count}");
            var kernel = Rest(spec, element);
            if (spec.IsInterval)
            {
                var ranges = parts.Select((part, i) => Interval(part, spec.Key[i])).ToList();
                written.Add(kernel with { Key = Join(spec.Stored, [.. ranges.Select(range => range.From)]), KeyEnd = Join(spec.Stored, [.. ranges.Select(range => range.To)]) });
            }
            else
            {
                written.Add(kernel with { Key = Join(spec.Key, [.. parts.Select((part, i) => Value(part, spec.Key[i]))]) });
            }
        }

        return written;
    }

    internal static NftValue Join(IReadOnlyList<NftSpec> fields, IReadOnlyList<UInt128> values)
    {
        if (fields.Count == 1)
            return fields[0].Encode(values[0]);
        var bytes = new byte[fields.Sum(field => field.PaddedBytes)];
        var at = 0;
        for (var i = 0; i < fields.Count; i++)
        {
            fields[i].ToBytes(values[i]).CopyTo(bytes, at);
            at += fields[i].PaddedBytes;
        }

        return new NftValue(bytes);
    }

    internal NftData Data(NftSetSpec spec, NftTerm term)
    {
        if (spec.IsVerdictMap)
            return term is NftTerm.Verdict verdict ? Verdict(verdict.Kind, verdict.Chain) : throw new NftRefused($"'{term}' is no verdict");
        var parts = Parts(term);
        if (parts.Count != spec.Data.Count)
            throw new NftRefused($"'{term}' has {parts.Count} fields where the map gives {spec.Data.Count}");
        if (!spec.DataIsInterval)
            return Join(spec.Data, [.. parts.Select((part, i) => Value(part, spec.Data[i]))]);
        var ranges = parts.Select((part, i) => Interval(part, spec.Data[i])).ToList();
        return new NftValue([.. Join(spec.Data, [.. ranges.Select(range => range.From)]).Span, .. Join(spec.Data, [.. ranges.Select(range => range.To)]).Span]);
    }

    internal static NftVerdict Verdict(string kind, string? chain) => kind switch
    {
        "accept" => NftVerdict.Accept,
        "drop" => NftVerdict.Drop,
        "continue" => NftVerdict.Continue,
        "return" => NftVerdict.Return,
        "jump" => NftVerdict.Jump(chain ?? ""),
        "goto" => NftVerdict.Goto(chain ?? ""),
        _ => throw new NftRefused($"'{kind}' is no verdict"),
    };

    internal static TimeSpan? Time(string? text) =>
        text is null ? null
        : NftDataTypes.Time.Parse(text, NftNames.None) is { } milliseconds && milliseconds <= long.MaxValue / 10_000 ? TimeSpan.FromMilliseconds((double)milliseconds)
        : throw new NftRefused($"'{text}' is no time");

    private KernelElement Rest(NftSetSpec spec, TextElement element)
    {
        var kernel = new KernelElement
        {
            Timeout = Time(element.Timeout),
            Expiration = Time(element.Expires),
            UserData = NftComments.Write(element.Comment),
            Expressions = [.. element.Statements.Select(stateful)],
        };
        if (!spec.IsMap)
            return element.Data is null ? kernel : throw new NftRefused("a set's element has no data");
        if (element.Data is null)
            return kernel;
        return spec.Objects != NftObjectType.NFT_OBJECT_UNSPEC
            ? kernel with { Object = element.Data is NftTerm.Word word ? word.Text : throw new NftRefused($"'{element.Data}' is no object's name") }
            : kernel with { Data = Data(spec, element.Data) };
    }

    private List<KernelElement> Intervals(NftSetSpec spec, IReadOnlyList<TextElement> elements, bool merges, bool addsFirst, bool isAnonymous)
    {
        var field = spec.Stored[0];
        var ranges = new List<(UInt128 From, UInt128 To, KernelElement Element)>();
        var written = new List<KernelElement>();
        foreach (var element in elements)
        {
            var rest = Rest(spec, element);
            if (element.IsCatchAll)
            {
                written.Add(rest with { Flags = NftElementFlags.NFT_SET_ELEM_CATCHALL });
                continue;
            }

            var (from, to) = Interval(element.Key, field);
            ranges.Add((from, to, rest));
        }

        ranges.Sort((a, b) => a.From != b.From ? a.From.CompareTo(b.From) : a.To.CompareTo(b.To));
        for (var i = 1; i < ranges.Count; i++)
        {
            var (before, next) = (ranges[i - 1], ranges[i]);
            var overlaps = next.From <= before.To;
            if (overlaps && !merges && (next.From, next.To) != (before.From, before.To))
                throw new NftRefused("conflicting intervals specified");
            if (overlaps || (merges && !spec.IsMap && before.To + 1 == next.From))
            {
                ranges[i - 1] = (before.From, UInt128.Max(before.To, next.To), before.Element);
                ranges.RemoveAt(i--);
            }
        }

        // The kernel's tree wants to know where the first interval does not begin yet.
        if (addsFirst && ranges.Count > 0 && ranges[0].From != 0)
            written.Add(new KernelElement { Key = field.Encode(0), Flags = NftElementFlags.NFT_SET_ELEM_INTERVAL_END });
        for (var i = 0; i < ranges.Count; i++)
        {
            var (from, to, rest) = ranges[i];
            written.Add(rest with { Key = field.Encode(from) });
            if (to != field.Maximum && !(isAnonymous && i + 1 < ranges.Count && ranges[i + 1].From == to + 1))
                written.Add(new KernelElement { Key = field.Encode(to + 1), Flags = NftElementFlags.NFT_SET_ELEM_INTERVAL_END });
        }

        return written;
    }
}
