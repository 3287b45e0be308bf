using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Reading;

/// <summary>Some bits of a value compared: flags, a prefix, or a mask as it is.</summary>
internal static class NftMaskedComparison
{
    internal static NftStatement Read(NftTerm left, NftSpec spec, NftNode.Masked masked, CmpOperation operation, NftValue data, NftReadRule rule)
    {
        var mask = spec.Decode(masked.Mask.Span);
        var value = spec.Decode(data.Span);
        if (spec.Type.Kind == NftDataKind.Bitmask)
        {
            if (value == 0)
                return new NftStatement.Match(left, operation == CmpOperation.NFT_CMP_EQ ? "!" : "", rule.Format(spec.Type, mask));
            if (value != mask || UInt128.PopCount(value) > 1)
                return new NftStatement.FlagMatch(left, NftComparisons.Sign(operation), rule.Format(spec.Type, value), rule.Format(spec.Type, mask));
        }
        else if (spec.Type.Kind is NftDataKind.IPv4 or NftDataKind.IPv6 && IsPrefix(mask, spec))
        {
            return new NftStatement.Match(left, NftComparisons.Sign(operation), new NftTerm.Prefix(rule.Elements.Value(spec, value), (int)UInt128.PopCount(mask)));
        }

        var bits = new NftTerm.Operation("&", left, rule.Elements.Value(spec, mask));
        return new NftStatement.Match(bits, NftComparisons.Sign(operation, isExplicit: true), rule.Elements.Value(spec, value));
    }

    private static bool IsPrefix(UInt128 mask, NftSpec spec)
    {
        var rest = ~mask & spec.Maximum;
        return (rest & (rest + 1)) == 0;
    }
}
