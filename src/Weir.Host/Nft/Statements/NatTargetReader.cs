using Weir.Host.Nft.Reading;
using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Statements;

/// <summary>What nat changes addresses and ports to, from what its registers hold.</summary>
internal sealed class NatTargetReader(NftReadRule rule)
{
    private static readonly NftSpec PortSpec = NftSpec.Of(NftDataTypes.Service);

    internal NftTerm? Address { get; private set; }

    internal NftTerm? Port { get; private set; }

    internal void Read(NatRegisters registers, NftFamily family)
    {
        var port = registers.Port;
        if (registers.Address is { } address)
        {
            var spec = NftSpec.Of(family == NftFamily.Ip6 ? NftDataTypes.IPv6 : NftDataTypes.IPv4);
            if (rule.Registers.Get(address) is NftNode.Mapped mapped)
            {
                var hasPort = port is { } within && within.FirstWord() > address.FirstWord() && within.FirstWord() < address.FirstWord() + ((mapped.Map.Set.DataLength + 3) / 4);
                Address = rule.Lookups.Map(mapped, mapped.Map.Spec with { Data = hasPort ? [spec, PortSpec] : [spec], DataIsInterval = registers.AddressEnd is { } end && end != address });
                if (hasPort)
                    port = null;
            }
            else
            {
                Address = Range(address, registers.AddressEnd, spec, rule.Elements.Range);
            }
        }

        if (port is not { } first)
            return;
        rule.Context.Reset();
        Port = Range(first, registers.PortEnd, PortSpec, (spec, from, to) => new NftTerm.Range(rule.Elements.Value(spec, from), rule.Elements.Value(spec, to)));
    }

    private NftTerm Range(NftRegister first, NftRegister? last, NftSpec spec, Func<NftSpec, UInt128, UInt128, NftTerm> range)
    {
        var node = rule.Registers.Get(first);
        if (node is NftNode.Constant from && last is { } end && end != first && rule.Registers.Get(end) is NftNode.Constant to)
            return range(spec, spec.Decode(from.Value.Span), spec.Decode(to.Value.Span));
        return rule.Nodes.Given(node, spec);
    }
}
