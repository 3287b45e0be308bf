using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

/// <summary>The udp match as a whole. With ports it is comparisons, see <see cref="TransportWriter"/>.</summary>
internal static class UdpCodec
{
    internal static NftValue Write(UdpMatch match)
    {
        var info = new xt_udp
        {
            invflags = (byte)((match.SourcePorts?.Inverted == true ? xt_udp.XT_UDP_INV_SRCPT : 0) | (match.DestinationPorts?.Inverted == true ? xt_udp.XT_UDP_INV_DSTPT : 0)),
        };
        Ports.Write(ref info.spts, match.SourcePorts);
        Ports.Write(ref info.dpts, match.DestinationPorts);
        return XtInfo.Write(info);
    }

    internal static UdpMatch? Read(NftValue bytes) => XtInfo.Read<xt_udp>(bytes) is not { } info ? null : new UdpMatch
    {
        SourcePorts = Ports.Read(info.spts, (info.invflags & xt_udp.XT_UDP_INV_SRCPT) != 0),
        DestinationPorts = Ports.Read(info.dpts, (info.invflags & xt_udp.XT_UDP_INV_DSTPT) != 0),
    };
}
