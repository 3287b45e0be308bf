using Weir.Host.Nft.Terms;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Reading;

/// <summary>What a register's content is in words.</summary>
internal sealed class NftNodeReader(NftReadRule rule)
{
    /// <summary>The node's term and the form of its values; matches that it takes for granted go.</summary>
    internal (NftTerm Term, NftSpec Spec) Complete(NftNode node)
    {
        switch (node)
        {
            case NftNode.Loaded loaded:
                rule.KillFor(loaded.Term);
                return (loaded.Term, loaded.Spec);
            case NftNode.Packet packet:
                return PayloadTerm.Read(packet, rule);
            case NftNode.Swapped swapped:
                var (inner, spec) = Complete(swapped.Inner);
                return (inner, spec.InNetworkOrder);
            case NftNode.Shifted shifted:
                return OperationTerm.Read(shifted, rule);
            case NftNode.Masked masked:
                return OperationTerm.Read(masked, rule);
            case NftNode.Hashed hashed:
                return (HashTerm.Read(hashed, rule), HashTerm.Spec);
            case NftNode.Mapped mapped:
                return (rule.Lookups.Map(mapped, mapped.Map.Spec), mapped.Map.Spec.Data.Count > 0 ? mapped.Map.Spec.Data[0] : NftSpec.Of(NftDataTypes.Integer, 32));
            default:
                throw new NftRefused("a constant is compared");
        }
    }

    /// <summary>What a statement is given: a constant, something of the packet, or what a map gives.</summary>
    /// <param name="isList">Flags stand with commas, not with bars.</param>
    internal NftTerm Given(NftNode node, NftSpec wanted, bool isList = false)
    {
        switch (node)
        {
            case NftNode.Constant constant:
                var value = wanted.Decode(constant.Value.Span[..Math.Min(constant.Value.Length, wanted.Bytes)]);
                return isList ? rule.Format(wanted.Type, value) : rule.Elements.Value(wanted, value);
            case NftNode.Mapped mapped:
                return rule.Lookups.Map(mapped, mapped.Map.Spec with { Data = [wanted] });
            default:
                return Complete(node).Term;
        }
    }
}
