using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Statements;

/// <summary>Puts what nat changes addresses and ports to into registers, one behind the other.</summary>
internal sealed class NatTargetWriter(NftRuleDraft rule)
{
    private NftRegister _next = NftRegister.NFT_REG_1;

    internal NatRegisters Registers { get; private set; } = new();

    internal bool IsAddressRange { get; private set; }

    internal void Address(NftTerm term, NftFamily family)
    {
        var spec = NftSpec.Of(family == NftFamily.Ip6 ? NftDataTypes.IPv6 : NftDataTypes.IPv4);
        switch (term)
        {
            case NftTerm.Map map:
                MappedAddress(map, spec);
                break;
            case NftTerm.Range or NftTerm.Prefix:
                var (from, to) = rule.Elements.Interval(term, spec);
                Registers = Registers with { Address = Immediate(spec, from), AddressEnd = Immediate(spec, to) };
                IsAddressRange = true;
                break;
            default:
                Registers = Registers with { Address = Put(term, spec) };
                break;
        }
    }

    internal void Port(NftTerm term)
    {
        RequireTransportMatch();
        var spec = NftSpec.Of(NftDataTypes.Service);
        if (term is NftTerm.Range range)
        {
            var (from, to) = rule.Elements.Interval(range, spec);
            Registers = Registers with { Port = Immediate(spec, from), PortEnd = Immediate(spec, to) };
        }
        else
        {
            Registers = Registers with { Port = Put(term, spec) };
        }
    }

    private void RequireTransportMatch()
    {
        if (!rule.Headers.HasTransportMatch)
            throw new NftRefused("transport protocol mapping is only valid after transport protocol match");
    }

    private NftRegister Immediate(NftSpec spec, UInt128 value)
    {
        rule.Add(new ImmediateExpression(spec.Encode(value), _next));
        return _next++;
    }

    private NftRegister Put(NftTerm term, NftSpec spec)
    {
        rule.Terms.Put(term, [spec], _next);
        return _next++;
    }

    /// <summary>What a map gives lies in a row: address, port, last address, last port, as far as it gives them.</summary>
    private void MappedAddress(NftTerm.Map map, NftSpec spec)
    {
        var data = Data(map, spec);
        var hasPort = data.Data.Count > 1;
        if (hasPort)
            RequireTransportMatch();
        rule.Lookups.Write(map.Key, new NftLookup(map.Mappings) { Destination = _next, Data = data });
        var isInterval = data.DataIsInterval || (map.Mappings is NftTerm.SetReference reference && rule.Table.Set(reference.Name).DataIsInterval);
        var words = (uint)spec.PaddedBytes / 4;
        var behindAddress = _next.FirstWord() + words;
        Registers = new NatRegisters
        {
            Address = _next,
            AddressEnd = isInterval ? (NftRegister)(hasPort ? behindAddress + 1 : behindAddress) : null,
            Port = hasPort ? (NftRegister)behindAddress : null,
            PortEnd = isInterval && hasPort ? (NftRegister)(behindAddress + 1 + words) : null,
        };
        IsAddressRange = isInterval && !hasPort;
        _next++;
    }

    /// <summary>A map that nat takes its address from may give a port with it.</summary>
    private NftSetSpec Data(NftTerm.Map map, NftSpec address)
    {
        var data = new NftSetSpec([]) { IsMap = true, Data = [address] };
        if (map.Mappings is NftTerm.SetReference reference)
            return data with { Data = rule.Table.Set(reference.Name).Data };

        var set = (NftTerm.Set)map.Mappings;
        if (set.Elements.Any(element => element.Data is NftTerm.Concatenation))
            data = data with { Data = [address, NftSpec.Of(NftDataTypes.Service)] };
        return data with { DataIsInterval = NftElementWriter.GivesIntervals(set.Elements) };
    }
}
