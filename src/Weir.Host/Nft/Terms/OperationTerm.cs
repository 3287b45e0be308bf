using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>ct mark &amp; 0xff &lt;&lt; 3 | 5</c>: a value calculated with constants.</summary>
internal static class OperationTerm
{
    /// <summary>and, or, xor with constants in a row are one mask and one xor; shifts stand for themselves.</summary>
    internal static NftSpec Load(NftTerm.Operation operation, NftRegister register, NftRuleDraft rule)
    {
        var (inner, steps) = Steps(operation);
        var (spec, shift) = rule.Terms.Load(inner, register, leavesShift: false);
        if (shift != 0)
            throw new NftRefused($"'{operation}' is not covered");
        var all = spec.Maximum;
        (UInt128 Mask, UInt128 Xor)? pending = null;
        while (steps.TryPop(out var step))
        {
            if (step.Operator is "<<" or ">>")
            {
                if (pending is { } before)
                    rule.Mask(spec, before.Mask, before.Xor, register);
                pending = null;
                var count = rule.Elements.Value(step.Constant, NftSpec.Of(NftDataTypes.Integer, 32));
                rule.Shift(spec, step.Operator == "<<" ? BitwiseOperation.NFT_BITWISE_LSHIFT : BitwiseOperation.NFT_BITWISE_RSHIFT, (uint)count, register);
                continue;
            }

            var value = rule.Elements.Value(step.Constant, spec);
            var (mask, xor) = pending ?? (all, 0);
            pending = step.Operator switch
            {
                "&" => (mask & value, xor & value),
                "|" => (mask & ~value & all, (xor & ~value) | value),
                _ => (mask, xor ^ value),
            };
        }

        if (pending is { } rest)
            rule.Mask(spec, rest.Mask, rest.Xor, register);
        return spec;
    }

    internal static NftNode Read(BitwiseExpression bitwise, NftReadRule rule) => bitwise.Operation switch
    {
        BitwiseOperation.NFT_BITWISE_MASK_XOR => new NftNode.Masked(rule.Registers.Get(bitwise.Source), bitwise.Mask, bitwise.Xor),
        BitwiseOperation.NFT_BITWISE_LSHIFT => new NftNode.Shifted(rule.Registers.Get(bitwise.Source), IsLeft: true, Count(bitwise.Data)),
        BitwiseOperation.NFT_BITWISE_RSHIFT => new NftNode.Shifted(rule.Registers.Get(bitwise.Source), IsLeft: false, Count(bitwise.Data)),
        _ => throw new NftRefused($"bitwise operation {(uint)bitwise.Operation} is not understood"),
    };

    internal static (NftTerm Term, NftSpec Spec) Read(NftNode.Shifted shifted, NftReadRule rule)
    {
        // A field that lay across bytes was cut out and shifted down: the field itself.
        if (shifted is { IsLeft: false, Inner: NftNode.Masked { Inner: NftNode.Packet packet } masked } && rule.Context.FieldUnder(packet, masked.Mask) is { } cut && cut.Shift == shifted.Count)
            return (PayloadTerm.Read((cut.Header, cut.Field), rule).Term, NftSpec.Of(cut.Field.Type, packet.Bits));
        var (term, spec) = rule.Nodes.Complete(shifted.Inner);
        return (new NftTerm.Operation(shifted.IsLeft ? "<<" : ">>", term, new NftTerm.Word($"{shifted.Count}")), spec);
    }

    /// <summary>A mask and an xor as and, xor, or: src/netlink_delinearize.c netlink_parse_bitwise_mask_xor.</summary>
    internal static (NftTerm Term, NftSpec Spec) Read(NftNode.Masked masked, NftReadRule rule)
    {
        var (term, spec) = rule.Nodes.Complete(masked.Inner);
        var mask = spec.Decode(masked.Mask.Span);
        var xor = spec.Decode(masked.Xor.Span);
        UInt128 or = 0;
        if (xor != 0 || mask == 0)
        {
            or = xor & ~mask;
            xor &= mask;
            mask |= or;
        }

        if (mask != spec.Maximum)
            term = new NftTerm.Operation("&", term, rule.Elements.Value(spec, mask));
        if (xor != 0)
            term = new NftTerm.Operation("^", term, rule.Elements.Value(spec, xor));
        if (or != 0)
            term = new NftTerm.Operation("|", term, rule.Elements.Value(spec, or));
        return (term, spec);
    }

    internal static void WriteJson(NftTerm.Operation operation, NftJsonWriter json) => json.Pair(operation.Operator, operation.Left, operation.Right);

    /// <summary>What is looked at, and what is done with it, the first on top.</summary>
    private static (NftTerm Inner, Stack<(string Operator, NftTerm Constant)> Steps) Steps(NftTerm.Operation operation)
    {
        var steps = new Stack<(string Operator, NftTerm Constant)>();
        NftTerm inner = operation;
        while (inner is NftTerm.Operation step)
        {
            steps.Push((step.Operator, step.Right));
            inner = step.Left;
        }

        return (inner, steps);
    }

    private static uint Count(NftValue data) => (uint)NftSpec.Of(NftDataTypes.HostInteger, 32).Decode(data.Span);
}
