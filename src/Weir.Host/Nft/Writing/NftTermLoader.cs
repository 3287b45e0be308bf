using Weir.Host.Nft.Terms;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Writing;

/// <summary>Loads what a rule looks at into registers.</summary>
internal sealed class NftTermLoader(NftRuleDraft rule)
{
    /// <summary>The value's form in a register once <see cref="Load"/> has put it there.</summary>
    internal NftSpec Spec(NftTerm term) => term switch
    {
        NftTerm.Payload payload => PayloadTerm.Spec(payload),
        NftTerm.RawPayload raw => RawPayloadTerm.Spec(raw),
        NftTerm.Meta meta => MetaTerm.Spec(meta),
        NftTerm.Ct ct => CtTerm.Spec(ct),
        NftTerm.Socket socket => SocketTerm.Spec(socket),
        NftTerm.Route route => RouteTerm.Spec(route),
        NftTerm.Fib fib => FibTerm.Spec(fib),
        NftTerm.Numgen => NumgenTerm.Spec,
        NftTerm.Hash => HashTerm.Spec,
        NftTerm.TcpOption option => TcpOptionTerm.Place(option).Spec,
        NftTerm.ExtensionHeader header => ExtensionHeaderTerm.Place(header).Spec,
        NftTerm.Operation operation => Spec(operation.Left),
        NftTerm.Map map => MapTerm.Data(map, rule)[0],
        _ => throw new NftRefused($"'{term}' can't be looked at"),
    };

    /// <summary>Loads a value into a register, with all that it takes for granted before it.</summary>
    /// <param name="leavesShift">Whether a field that does not end at a byte's end may stay where it lies.</param>
    /// <returns>The value's form, and by how many bits it lies too high.</returns>
    internal (NftSpec Spec, int Shift) Load(NftTerm term, NftRegister register, bool leavesShift)
    {
        rule.Requirements.Require(term);
        return LoadRequired(term, register, leavesShift);
    }

    /// <summary>Loads a key, or the fields of a concatenation one behind the other.</summary>
    internal List<NftSpec> LoadAll(NftTerm term, NftRegister register, bool inNetworkOrder = false)
    {
        var parts = NftElementWriter.Parts(term);
        foreach (var part in parts)
            rule.Requirements.Require(part);
        var specs = new List<NftSpec>();
        var at = register.FirstWord();
        foreach (var part in parts)
        {
            var target = parts.Count == 1 ? register : (NftRegister)at;
            var (spec, _) = LoadRequired(part, target, leavesShift: false);
            specs.Add(inNetworkOrder ? rule.ToNetworkOrder(spec, target) with { IsHostOrder = spec.IsHostOrder } : spec);
            at += (uint)(spec.PaddedBytes / 4);
        }

        if (at > (uint)NftRegister.NFT_REG32_15 + 1)
            throw new NftRefused($"'{term}' is longer than the kernel's registers");
        return specs;
    }

    /// <summary>Puts a value into a register: a constant, something of the packet, or what a map gives.</summary>
    internal void Put(NftTerm term, IReadOnlyList<NftSpec> wanted, NftRegister register)
    {
        switch (term)
        {
            case NftTerm.Map map:
                rule.Lookups.Write(map.Key, new NftLookup(map.Mappings) { Destination = register, Data = new NftSetSpec([]) { IsMap = true, Data = wanted } });
                break;
            case var constant when IsConstant(constant):
                rule.Add(new ImmediateExpression(wanted[0].Encode(rule.Elements.Value(term, wanted[0])), register));
                break;
            default:
                var (spec, _) = Load(term, register, leavesShift: false);
                if (spec.Type.Number != wanted[0].Type.Number && !(spec.Type.Number == NftDataTypes.Integer.Number && spec.Bytes == wanted[0].Bytes))
                    throw new NftRefused($"datatype mismatch: expected {wanted[0].Type.Name}, expression has type {spec.Type.Name}");
                break;
        }
    }

    private static bool IsConstant(NftTerm term) => term is NftTerm.Word or NftTerm.List or NftTerm.Verdict || (term is NftTerm.Operation operation && IsConstant(operation.Left) && IsConstant(operation.Right));

    private (NftSpec Spec, int Shift) LoadRequired(NftTerm term, NftRegister register, bool leavesShift)
    {
        var spec = Spec(term);
        switch (term)
        {
            case NftTerm.Payload payload:
                return PayloadTerm.Load(payload, register, leavesShift, rule);
            case NftTerm.RawPayload raw:
                return RawPayloadTerm.Load(raw, register, leavesShift, rule);
            case NftTerm.Operation operation:
                return (OperationTerm.Load(operation, register, rule), 0);
            case NftTerm.Map map:
                rule.Lookups.Write(map.Key, new NftLookup(map.Mappings) { Destination = register, Data = new NftSetSpec([]) { IsMap = true, Data = [spec] } });
                return (spec, 0);
            case NftTerm.Hash hash:
                HashTerm.Load(hash, register, rule);
                return (spec, 0);
            default:
                rule.Add(Known(term, register));
                return (spec, 0);
        }
    }

    /// <summary>What one expression loads.</summary>
    private static NftExpression Known(NftTerm term, NftRegister register) => term switch
    {
        NftTerm.Meta meta => MetaTerm.Load(meta, register),
        NftTerm.Ct ct => CtTerm.Load(ct, register),
        NftTerm.Socket socket => SocketTerm.Load(socket, register),
        NftTerm.Route route => RouteTerm.Load(route, register),
        NftTerm.Fib fib => FibTerm.Load(fib, register),
        NftTerm.Numgen numgen => NumgenTerm.Load(numgen, register),
        NftTerm.TcpOption option => TcpOptionTerm.Load(option, register),
        NftTerm.ExtensionHeader header => ExtensionHeaderTerm.Load(header, register),
        _ => throw new NftRefused($"'{term}' can't be loaded"),
    };
}
