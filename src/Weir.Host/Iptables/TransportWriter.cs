using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables;

/// <summary>The tcp and udp matches as comparisons of the transport header (iptables/nft.c, add_nft_tcp and add_nft_tcpudp).</summary>
internal static class TransportWriter
{
    private const uint SourceOffset = 0, DestinationOffset = 2, FlagsOffset = 13;

    internal static void Write(TcpMatch match, List<NftExpression> to)
    {
        if (match.Flags is { } flags)
        {
            to.Add(new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, FlagsOffset, 1));
            to.Add(new BitwiseExpression(1, NftValue.UInt8(flags.Value.Mask), NftValue.UInt8(0)));
            to.Add(new CmpExpression(Equal(flags.Inverted), NftValue.UInt8(flags.Value.Compare)));
        }

        Write(match.SourcePorts, match.DestinationPorts, to);
    }

    internal static void Write(UdpMatch match, List<NftExpression> to) => Write(match.SourcePorts, match.DestinationPorts, to);

    private static void Write(Negatable<PortRange>? sources, Negatable<PortRange>? destinations, List<NftExpression> to)
    {
        if (sources is { Value: { First: > 0 } source } && source.First == source.Last
            && destinations is { Value: { First: > 0 } destination } && destination.First == destination.Last
            && sources.Value.Inverted == destinations.Value.Inverted)
        {
            // Two single ports are one comparison of four bytes.
            to.Add(new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, SourceOffset, 4));
            to.Add(new CmpExpression(Equal(sources.Value.Inverted), NftValue.NetworkUInt32(((uint)source.First << 16) | destination.First)));
            return;
        }

        Write(SourceOffset, sources, to);
        Write(DestinationOffset, destinations, to);
    }

    private static void Write(uint offset, Negatable<PortRange>? ports, List<NftExpression> to)
    {
        if (ports is not { } range)
            return;
        to.Add(new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, offset, 2));
        var (first, last) = (NftValue.NetworkUInt16(range.Value.First), NftValue.NetworkUInt16(range.Value.Last));
        if (range.Value.First == range.Value.Last)
            to.Add(new CmpExpression(Equal(range.Inverted), first));
        else if (range.Value.First == 0)
            to.Add(new CmpExpression(range.Inverted ? CmpOperation.NFT_CMP_GT : CmpOperation.NFT_CMP_LTE, last));
        else
            to.Add(new RangeExpression(range.Inverted ? RangeOperation.NFT_RANGE_NEQ : RangeOperation.NFT_RANGE_EQ, first, last));
    }

    private static CmpOperation Equal(bool inverted) => inverted ? CmpOperation.NFT_CMP_NEQ : CmpOperation.NFT_CMP_EQ;
}
