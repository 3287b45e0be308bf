using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

/// <summary>The tcp match as a whole: without options, or with <c>--tcp-option</c>. Otherwise it is comparisons, see <see cref="TransportWriter"/>.</summary>
internal static class TcpCodec
{
    internal static NftValue Write(TcpMatch match)
    {
        var info = new xt_tcp
        {
            option = match.Option?.Value ?? 0,
            flg_mask = match.Flags?.Value.Mask ?? 0,
            flg_cmp = match.Flags?.Value.Compare ?? 0,
            invflags = (byte)(Bit(match.SourcePorts?.Inverted, xt_tcp.XT_TCP_INV_SRCPT) | Bit(match.DestinationPorts?.Inverted, xt_tcp.XT_TCP_INV_DSTPT)
                | Bit(match.Flags?.Inverted, xt_tcp.XT_TCP_INV_FLAGS) | Bit(match.Option?.Inverted, xt_tcp.XT_TCP_INV_OPTION)),
        };
        Ports.Write(ref info.spts, match.SourcePorts);
        Ports.Write(ref info.dpts, match.DestinationPorts);
        return XtInfo.Write(info);
    }

    internal static TcpMatch? Read(NftValue bytes) => XtInfo.Read<xt_tcp>(bytes) is not { } info ? null : new TcpMatch
    {
        SourcePorts = Ports.Read(info.spts, (info.invflags & xt_tcp.XT_TCP_INV_SRCPT) != 0),
        DestinationPorts = Ports.Read(info.dpts, (info.invflags & xt_tcp.XT_TCP_INV_DSTPT) != 0),
        Flags = info.flg_mask == 0 ? null : new(new TcpFlagsTest(info.flg_mask, info.flg_cmp), (info.invflags & xt_tcp.XT_TCP_INV_FLAGS) != 0),
        Option = info.option == 0 ? null : new(info.option, (info.invflags & xt_tcp.XT_TCP_INV_OPTION) != 0),
    };

    private static byte Bit(bool? inverted, byte bit) => inverted == true ? bit : (byte)0;
}
