using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Reading;

/// <summary>Matches from comparisons of what registers hold.</summary>
internal sealed class NftComparisonReader(NftReadRule rule)
{
    private readonly NftPacketComparisonReader _packet = new(rule);

    // The match before this one, while it may be the lower end of a range.
    private (int Entry, string Left, UInt128 From)? _lower;

    internal void Read(CmpExpression cmp)
    {
        var (node, operation, data) = (WithoutFullMask(rule.Registers.Get(cmp.Source)), cmp.Operation, cmp.Data);
        var isEquality = operation is CmpOperation.NFT_CMP_EQ or CmpOperation.NFT_CMP_NEQ;
        switch (node)
        {
            case NftNode.Packet packet when isEquality:
                _packet.Read(packet, operation, data);
                break;
            case NftNode.Masked { Inner: NftNode.Packet packet, IsPlain: true } masked when isEquality:
                _packet.ReadMasked(packet, masked, operation, data);
                break;
            case NftNode.Masked { Inner: NftNode.Loaded loaded, IsPlain: true } masked when isEquality:
                rule.AddMatch(NftMaskedComparison.Read(loaded.Term, loaded.Spec, masked, operation, data, rule));
                break;
            case NftNode.Loaded { Spec.Type.Kind: NftDataKind.Text } text when data.Length > 0 && data.Span[^1] != 0:
                rule.AddMatch(new NftStatement.Match(text.Term, NftComparisons.Sign(operation), Wildcard(text.Spec, data)));
                break;
            case NftNode.Loaded loaded when isEquality:
                Loaded(loaded, operation, data);
                break;
            default:
                Other(node, operation, data);
                break;
        }
    }

    internal void Read(RangeExpression range)
    {
        var (term, spec) = rule.Nodes.Complete(rule.Registers.Get(range.Source));
        var right = new NftTerm.Range(rule.Elements.Value(spec, spec.Decode(range.From.Span)), rule.Elements.Value(spec, spec.Decode(range.To.Span)));
        rule.AddMatch(new NftStatement.Match(term, range.Operation == RangeOperation.NFT_RANGE_NEQ ? "!=" : "", right));
    }

    /// <summary>One flag with nothing before it would mean: this flag among others.</summary>
    internal static bool IsOneFlag(NftSpec spec, UInt128 value) => spec.Type.Kind == NftDataKind.Bitmask && UInt128.PopCount(value) <= 1;

    /// <summary>A mask that takes all is none.</summary>
    private static NftNode WithoutFullMask(NftNode node) =>
        node is NftNode.Masked { IsPlain: true } masked && !masked.Mask.IsEmpty && !masked.Mask.Span.ContainsAnyExcept((byte)0xff) ? masked.Inner : node;

    /// <summary>The first bytes of a name.</summary>
    private static NftTerm.Word Wildcard(NftSpec spec, NftValue data)
    {
        var padded = new byte[spec.Bytes];
        data.Span[..Math.Min(padded.Length, data.Length)].CopyTo(padded);
        return new NftTerm.Word($"{((NftTerm.Word)spec.Type.Format(spec.Decode(padded), NftNames.None)).Text}*", IsQuoted: true);
    }

    private void Loaded(NftNode.Loaded loaded, CmpOperation operation, NftValue data)
    {
        rule.KillFor(loaded.Term);
        var spec = loaded.Spec;
        var isText = spec.Type.Kind == NftDataKind.Text;
        var value = isText && data.Length < spec.Bytes ? spec.Decode([.. data.Span, .. new byte[spec.Bytes - data.Length]]) : spec.Decode(data.Span);
        var right = rule.Elements.Value(spec, value);
        if (isText && right is NftTerm.Word { Text: var text } && text.EndsWith('*'))
            right = new NftTerm.Word($"{text[..^1]}\\*", IsQuoted: true);
        var entry = rule.AddMatch(new NftStatement.Match(loaded.Term, NftComparisons.Sign(operation, IsOneFlag(spec, value)), right));
        if (operation != CmpOperation.NFT_CMP_EQ)
            return;
        foreach (var superfluous in rule.Context.Match(loaded.Term, value, entry))
            rule.Remove(superfluous);
    }

    /// <summary>By size, or of what was calculated; two comparisons in a row may be the ends of one range.</summary>
    private void Other(NftNode node, CmpOperation operation, NftValue data)
    {
        var (term, spec) = rule.Nodes.Complete(node);
        var value = spec.Decode(data.Span);
        if (operation == CmpOperation.NFT_CMP_LTE && _lower is { } lower && lower.Left == term.ToString() && rule.IsLast(lower.Entry))
        {
            var range = new NftTerm.Range(rule.Format(spec.Type, lower.From), rule.Format(spec.Type, value));
            rule.ReplaceLast(new NftStatement.Match(term, term is NftTerm.Operation && node is not NftNode.Swapped ? "==" : "", range));
            _lower = null;
            return;
        }

        var isExplicit = term is NftTerm.Operation || IsOneFlag(spec, value);
        var entry = rule.AddMatch(new NftStatement.Match(term, NftComparisons.Sign(operation, isExplicit), rule.Elements.Value(spec, value)));
        if (operation == CmpOperation.NFT_CMP_GTE)
            _lower = (entry, term.ToString(), value);
    }
}
