using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Writing;

/// <summary>What a look at a header takes for granted: the headers below it, matched where no match of the rule says so yet.</summary>
internal sealed class NftRequirements(NftRuleDraft rule)
{
    /// <summary>Where the EtherType of a frame and that behind a VLAN tag lie.</summary>
    private const uint EtherTypeOffset = 12, VlanTypeOffset = 16;

    private NftKnownHeaders Known => rule.Headers;

    internal void Require(NftTerm term)
    {
        switch (term)
        {
            case NftTerm.Payload payload:
                RequireHeader(payload);
                break;
            case NftTerm.Meta { Key: "nfproto" } when rule.Family is NftFamily.Ip or NftFamily.Ip6 or NftFamily.Arp:
                throw new NftRefused("meta nfproto is only useful in the inet family");
            case NftTerm.ExtensionHeader:
                RequireNetwork(NftHeaders.Ip6);
                break;
            case NftTerm.Operation operation:
                Require(operation.Left);
                break;
            case NftTerm.Map map:
                Require(map.Key);
                break;
            case NftTerm.Concatenation concatenation:
                foreach (var part in concatenation.Parts)
                    Require(part);
                break;
        }
    }

    /// <param name="isLink">The frame says which it is, not what the kernel knows of the packet.</param>
    internal void RequireNetwork(NftHeader header, bool isLink = false)
    {
        if (Known.Network == header)
            return;
        if (Known.Network is { } other)
            throw new NftRefused($"conflicting protocols specified: {other.Name} vs. {header.Name}");
        if (rule.Family == NftFamily.Inet)
        {
            if (header == NftHeaders.Arp)
                throw new NftRefused("conflicting protocols specified: inet vs. arp");
            rule.Expect(new MetaExpression(MetaKey.NFT_META_NFPROTO), NftValue.UInt8((byte)(header == NftHeaders.Ip ? NftFamily.Ip : NftFamily.Ip6)));
        }
        else if (Known.Link == NftHeaders.Vlan)
        {
            ExpectEtherType(VlanTypeOffset, header);
        }
        else if (isLink || (rule.Family == NftFamily.Bridge && header == NftHeaders.Arp))
        {
            ExpectEtherType(EtherTypeOffset, header);
        }
        else
        {
            rule.Expect(new MetaExpression(MetaKey.NFT_META_PROTOCOL), NftValue.NetworkUInt16((ushort)header.Protocol));
        }

        Known.Network = header;
    }

    internal void RequireTransport(uint protocol)
    {
        if (Known.Transport == protocol)
            return;
        if (Known.Transport is { } other)
            throw new NftRefused($"conflicting protocols specified: {NftHeaders.Transport(other)?.Name ?? "unknown"} vs. {NftHeaders.Transport(protocol)?.Name}");
        rule.Expect(new MetaExpression(MetaKey.NFT_META_L4PROTO), NftValue.UInt8((byte)protocol));
        Known.LearnTransport(protocol);
    }

    private void RequireHeader(NftTerm.Payload payload)
    {
        var header = NftHeaders.Find(payload.Protocol)!;
        switch (header.Base)
        {
            case NftHeaderBase.Link:
                RequireLink(header);
                break;
            case NftHeaderBase.Network:
                RequireNetwork(header);
                break;
            default:
                if (header == NftHeaders.Th)
                    return;
                if (Known.Network is null && (header == NftHeaders.Icmp || header == NftHeaders.Igmp))
                    RequireNetwork(NftHeaders.Ip, isLink: rule.Family == NftFamily.Bridge);
                else if (Known.Network is null && header == NftHeaders.Icmp6)
                    RequireNetwork(NftHeaders.Ip6, isLink: rule.Family == NftFamily.Bridge);
                RequireTransport(header.Protocol);
                RequireMessage(header, header.Field(payload.Field)!);
                break;
        }
    }

    private void RequireLink(NftHeader header)
    {
        if (Known.Link is null)
        {
            const ushort ethernet = 1;
            rule.Expect(new MetaExpression(MetaKey.NFT_META_IIFTYPE), NftValue.HostUInt16(ethernet));
            Known.Link = NftHeaders.Ether;
        }

        if (header == NftHeaders.Vlan && Known.Link != NftHeaders.Vlan)
        {
            ExpectEtherType(EtherTypeOffset, header);
            Known.Link = NftHeaders.Vlan;
        }
    }

    private void ExpectEtherType(uint offset, NftHeader header) =>
        rule.Expect(new PayloadExpression(PayloadBase.NFT_PAYLOAD_LL_HEADER, offset, sizeof(ushort)), NftValue.NetworkUInt16((ushort)header.Protocol));

    /// <summary>A field that only some ICMP messages have.</summary>
    private void RequireMessage(NftHeader header, NftField field)
    {
        if (field.MessageTypes.Count == 0)
            return;
        if (Known.MessageType is { } type)
        {
            if (!field.MessageTypes.Contains(type))
                throw new NftRefused($"conflicting statements: {header.Name} {field.Name} does not stand in a message of type {type}");
            return;
        }

        rule.Add(new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1));
        Known.MessageType = field.MessageTypes[0];
        if (field.MessageTypes.Count == 1)
        {
            rule.Add(new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.UInt8(field.MessageTypes[0])));
            return;
        }

        var set = new NftSetSpec([NftSpec.Of(header.Field("type")!.Type, NftSpec.Of(NftDataTypes.IcmpType).Bits)]);
        var id = rule.AddSet(set, [.. field.MessageTypes.Select(value => new Weir.Netlink.Nftables.NftElement { Key = NftValue.UInt8(value) })]);
        rule.Add(new LookupExpression(set.AnonymousName) { SetId = id });
    }
}
