using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables.Codecs;

internal static class ConnmarkTargetCodec
{
    internal static NftValue Write(ConnmarkTarget target) => XtInfo.Write(new xt_connmark_tginfo2
    {
        ctmark = target.Mark,
        ctmask = target.ConnectionMask,
        nfmask = target.PacketMask,
        shift_dir = target.Shift < 0 ? xt_connmark_tginfo2.D_SHIFT_RIGHT : xt_connmark_tginfo2.D_SHIFT_LEFT,
        shift_bits = (byte)Math.Abs(target.Shift),
        mode = (byte)target.Mode,
    });

    internal static ConnmarkTarget? Read(NftValue bytes) => XtInfo.Read<xt_connmark_tginfo2>(bytes) is not { mode: <= (byte)ConnmarkMode.Restore } info ? null : new ConnmarkTarget
    {
        Mode = (ConnmarkMode)info.mode,
        Mark = info.ctmark,
        ConnectionMask = info.ctmask,
        PacketMask = info.nfmask,
        Shift = info.shift_dir == xt_connmark_tginfo2.D_SHIFT_RIGHT ? -info.shift_bits : info.shift_bits,
    };
}
