using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class PkttypeCodec
{
    internal static NftValue Write(PkttypeMatch match) => XtInfo.Write(new xt_pkttype_info { pkttype = (int)match.Type.Value, invert = match.Type.Inverted ? 1 : 0 });

    internal static PkttypeMatch? Read(NftValue bytes) =>
        XtInfo.Read<xt_pkttype_info>(bytes) is { } info ? new PkttypeMatch { Type = new((PacketType)info.pkttype, info.invert != 0) } : null;
}
