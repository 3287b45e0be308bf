using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Writing;

/// <summary>Compares what lies in the first register.</summary>
/// <param name="sign">As the text has it; may be empty.</param>
/// <param name="spec">The form of what lies there.</param>
/// <param name="shift">By how many bits it lies too high.</param>
internal sealed class NftComparisonWriter(NftRuleDraft rule, string sign, NftSpec spec, int shift)
{
    private bool IsNot => sign is "!=";

    private bool IsEquality => sign is "" or "==" or "!=";

    /// <param name="right">What it is compared with.</param>
    /// <param name="field">The form in which that is written.</param>
    /// <param name="isPlainSelector">Nothing was calculated: flags may stand without a sign.</param>
    internal void Write(NftTerm right, NftSpec field, bool isPlainSelector)
    {
        switch (right)
        {
            case NftTerm.Set or NftTerm.SetReference:
                rule.Lookups.WriteLoaded([spec], new NftLookup(right) { IsNot = IsNot }, shift);
                break;
            case NftTerm.Range range when IsEquality:
                Range(rule.Elements.Interval(range, field));
                break;
            case NftTerm.Prefix prefix when IsEquality:
                Prefix(prefix);
                break;
            case NftTerm.Word wildcard when NftElementWriter.IsWildcard(wildcard, spec):
                rule.Add(new CmpExpression(NftComparisons.Operation(sign), NftValue.Prefix(wildcard.Text[..^1].Replace("\\*", "*", StringComparison.Ordinal))));
                break;
            default:
                var value = rule.Elements.Value(right, field) << shift;
                if (spec.Type.Kind == NftDataKind.Bitmask && isPlainSelector && sign is "" or "!")
                    Flags(value);
                else
                    Value(value);
                break;
        }
    }

    private void Value(UInt128 value)
    {
        var operation = NftComparisons.Operation(sign);
        var isBySize = operation is CmpOperation.NFT_CMP_LT or CmpOperation.NFT_CMP_LTE or CmpOperation.NFT_CMP_GT or CmpOperation.NFT_CMP_GTE;
        rule.Add(new CmpExpression(operation, (isBySize ? rule.ToNetworkOrder(spec) : spec).Encode(value)));
    }

    /// <summary>One of these flags, or with <c>!</c> none of them.</summary>
    private void Flags(UInt128 value)
    {
        rule.Mask(spec, value);
        rule.Add(new CmpExpression(sign is "!" ? CmpOperation.NFT_CMP_EQ : CmpOperation.NFT_CMP_NEQ, spec.Encode(0)));
    }

    private void Range((UInt128 From, UInt128 To) range)
    {
        var ordered = rule.ToNetworkOrder(spec);
        var (from, to) = (ordered.Encode(range.From << shift), ordered.Encode(range.To << shift));
        if (IsNot)
        {
            rule.Add(new RangeExpression(RangeOperation.NFT_RANGE_NEQ, from, to));
            return;
        }

        rule.Add(new CmpExpression(CmpOperation.NFT_CMP_GTE, from));
        rule.Add(new CmpExpression(CmpOperation.NFT_CMP_LTE, to));
    }

    private void Prefix(NftTerm.Prefix prefix)
    {
        var operation = IsNot ? CmpOperation.NFT_CMP_NEQ : CmpOperation.NFT_CMP_EQ;
        var (from, to) = rule.Elements.Interval(prefix, spec);
        if (from == to)
        {
            rule.Add(new CmpExpression(operation, spec.Encode(from)));
            return;
        }

        // Whole bytes are loaded only so far as they count.
        if (prefix.Length > 0 && prefix.Length % 8 == 0 && rule.Expressions[^1] is PayloadExpression load)
        {
            rule.ReplaceLast(load with { Length = (uint)prefix.Length / 8 });
            rule.Add(new CmpExpression(operation, NftValue.Create(spec.ToBytes(from).AsSpan(0, prefix.Length / 8))));
            return;
        }

        rule.Mask(spec, spec.Maximum & ~(from ^ to));
        rule.Add(new CmpExpression(operation, spec.Encode(from)));
    }
}
