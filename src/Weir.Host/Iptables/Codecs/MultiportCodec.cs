using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class MultiportCodec
{
    internal static NftValue Write(MultiportMatch match)
    {
        var info = new xt_multiport_v1 { flags = (byte)match.Kind, invert = match.Ports.Inverted ? (byte)1 : (byte)0 };
        byte count = 0;
        foreach (var range in match.Ports.Value)
        {
            if (range.First != range.Last)
            {
                info.pflags[count] = 1;
                info.ports[count++] = range.First;
            }

            info.ports[count++] = range.Last;
        }

        info.count = count;
        return XtInfo.Write(info);
    }

    internal static MultiportMatch? Read(NftValue bytes)
    {
        if (XtInfo.Read<xt_multiport_v1>(bytes) is not { count: <= MultiportMatch.MaximumPorts, flags: <= (byte)MultiportKind.Either } info)
            return null;
        var ranges = new List<PortRange>();
        for (var i = 0; i < info.count; i++)
        {
            var first = info.ports[i];
            var isRange = info.pflags[i] != 0 && i + 1 < info.count;
            ranges.Add(new PortRange(first, isRange ? info.ports[++i] : first));
        }

        return new MultiportMatch { Kind = (MultiportKind)info.flags, Ports = new(ranges, info.invert != 0) };
    }
}
