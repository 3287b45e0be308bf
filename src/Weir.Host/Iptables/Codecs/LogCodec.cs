using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables.Codecs;

internal static class LogCodec
{
    private const LogOptions AllOptions = LogOptions.TcpSequence | LogOptions.TcpOptions | LogOptions.IpOptions | LogOptions.User | LogOptions.MacDecode;

    internal static NftValue Write(LogTarget target)
    {
        var info = new xt_log_info { level = target.Level, logflags = (byte)target.Options };
        XtInfo.WriteText(info.prefix, target.Prefix);
        return XtInfo.Write(info);
    }

    internal static LogTarget? Read(NftValue bytes) =>
        XtInfo.Read<xt_log_info>(bytes) is { } info && (info.logflags & ~(byte)AllOptions) == 0 ? new LogTarget { Level = info.level, Options = (LogOptions)info.logflags, Prefix = XtInfo.ReadText(info.prefix) } : null;
}
