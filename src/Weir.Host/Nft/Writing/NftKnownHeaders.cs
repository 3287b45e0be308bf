using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Writing;

/// <summary>What a rule's matches so far say about the packet's headers.</summary>
internal sealed class NftKnownHeaders(NftFamily family)
{
    /// <summary>No header of one protocol may follow.</summary>
    private const uint SeveralProtocols = 0x100;

    internal NftHeader? Link { get; set; } = family == NftFamily.Bridge ? NftHeaders.Ether : null;

    internal NftHeader? Network { get; set; } = family switch
    {
        NftFamily.Ip => NftHeaders.Ip,
        NftFamily.Ip6 => NftHeaders.Ip6,
        NftFamily.Arp => NftHeaders.Arp,
        _ => null,
    };

    /// <summary>Its protocol number.</summary>
    internal uint? Transport { get; private set; }

    internal bool HasTransportMatch { get; private set; }

    /// <summary>The type of an ICMP message.</summary>
    internal byte? MessageType { get; set; }

    internal void LearnTransport(uint protocol)
    {
        Transport = protocol;
        HasTransportMatch = true;
    }

    internal void LearnSeveralTransports() => LearnTransport(SeveralProtocols);

    /// <summary>A term has one value.</summary>
    internal void Learn(NftTerm term, uint value)
    {
        switch (term)
        {
            case NftTerm.Meta { Key: "nfproto" }:
                Network = value == (uint)NftFamily.Ip ? NftHeaders.Ip : NftHeaders.Ip6;
                break;
            case NftTerm.Meta { Key: "protocol" } or NftTerm.Payload { Protocol: "ether" or "vlan", Field: "type" }:
                if (value == NftHeaders.Vlan.Protocol)
                    Link = NftHeaders.Vlan;
                else
                    Network = NftHeaders.Network(value);
                break;
            case NftTerm.Meta { Key: "iiftype" }:
                Link = NftHeaders.Ether;
                break;
            // A number in a header that nft has no name for says nothing to it.
            case NftTerm.Payload { Protocol: "ip", Field: "protocol" } or NftTerm.Payload { Protocol: "ip6", Field: "nexthdr" } when NftHeaders.Transport(value) is null:
                break;
            case NftTerm.Meta { Key: "l4proto" } or NftTerm.Payload { Protocol: "ip", Field: "protocol" } or NftTerm.Payload { Protocol: "ip6", Field: "nexthdr" }:
                LearnTransport(Transport is { } known && known != value ? SeveralProtocols : value);
                break;
            case NftTerm.Payload { Protocol: "icmp" or "icmpv6", Field: "type" }:
                MessageType = (byte)value;
                break;
        }
    }
}
