using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class AddrtypeCodec
{
    internal static NftValue Write(AddrtypeMatch match) => XtInfo.Write(new xt_addrtype_info_v1
    {
        source = (ushort)(match.Source?.Value ?? 0),
        dest = (ushort)(match.Destination?.Value ?? 0),
        flags = (match.Source is { Inverted: true } ? xt_addrtype_info_v1.XT_ADDRTYPE_INVERT_SOURCE : 0)
            | (match.Destination is { Inverted: true } ? xt_addrtype_info_v1.XT_ADDRTYPE_INVERT_DEST : 0)
            | (match.LimitInterfaceIn ? xt_addrtype_info_v1.XT_ADDRTYPE_LIMIT_IFACE_IN : 0)
            | (match.LimitInterfaceOut ? xt_addrtype_info_v1.XT_ADDRTYPE_LIMIT_IFACE_OUT : 0),
    });

    internal static AddrtypeMatch? Read(NftValue bytes) => XtInfo.Read<xt_addrtype_info_v1>(bytes) is not { source: < 2 * (ushort)AddressTypes.XRESOLVE, dest: < 2 * (ushort)AddressTypes.XRESOLVE } info ? null : new AddrtypeMatch
    {
        Source = info.source == 0 ? null : new((AddressTypes)info.source, (info.flags & xt_addrtype_info_v1.XT_ADDRTYPE_INVERT_SOURCE) != 0),
        Destination = info.dest == 0 ? null : new((AddressTypes)info.dest, (info.flags & xt_addrtype_info_v1.XT_ADDRTYPE_INVERT_DEST) != 0),
        LimitInterfaceIn = (info.flags & xt_addrtype_info_v1.XT_ADDRTYPE_LIMIT_IFACE_IN) != 0,
        LimitInterfaceOut = (info.flags & xt_addrtype_info_v1.XT_ADDRTYPE_LIMIT_IFACE_OUT) != 0,
    };
}
