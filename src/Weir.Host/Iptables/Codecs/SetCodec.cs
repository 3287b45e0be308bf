using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class SetCodec
{
    /// <summary>IPSET_INVALID_ID: what a set that isn't there gets, so that the kernel refuses the rule.</summary>
    private const ushort NoSet = ushort.MaxValue;

    internal static NftValue Write(SetMatch match, XtContext context)
    {
        var flags = match.Set.Inverted ? xt_set_info.IPSET_INV_MATCH : 0;
        for (var i = 0; i < match.Sources.Count; i++)
        {
            if (match.Sources[i])
                flags |= 1 << (i + 1);
        }

        return XtInfo.Write(new xt_set_info_match_v4
        {
            match_set = new xt_set_info { index = context.Sets.Find(match.Set.Value) ?? NoSet, dim = (byte)match.Sources.Count, flags = (byte)flags },
            packets = new ip_set_counter_match { value = match.Packets.Value, op = (byte)match.Packets.Kind },
            bytes = new ip_set_counter_match { value = match.Bytes.Value, op = (byte)match.Bytes.Kind },
            flags = (match.ReturnNoMatch ? xt_set_info_match_v4.IPSET_FLAG_RETURN_NOMATCH : 0)
                | (match.KeepCounters ? xt_set_info_match_v4.IPSET_FLAG_SKIP_COUNTER_UPDATE : 0)
                | (match.KeepSubcounters ? xt_set_info_match_v4.IPSET_FLAG_SKIP_SUBCOUNTER_UPDATE : 0),
        });
    }

    internal static SetMatch? Read(NftValue bytes, XtContext context)
    {
        if (XtInfo.Read<xt_set_info_match_v4>(bytes) is not { packets.op: <= (byte)CounterTestKind.Greater, bytes.op: <= (byte)CounterTestKind.Greater } info || context.Sets.NameOf(info.match_set.index) is not { } name)
            return null;
        var sources = new bool[Math.Min(info.match_set.dim, (byte)6)];
        for (var i = 0; i < sources.Length; i++)
            sources[i] = (info.match_set.flags & (1 << (i + 1))) != 0;
        return new SetMatch
        {
            Set = new(name, (info.match_set.flags & xt_set_info.IPSET_INV_MATCH) != 0),
            Sources = sources,
            ReturnNoMatch = (info.flags & xt_set_info_match_v4.IPSET_FLAG_RETURN_NOMATCH) != 0,
            KeepCounters = (info.flags & xt_set_info_match_v4.IPSET_FLAG_SKIP_COUNTER_UPDATE) != 0,
            KeepSubcounters = (info.flags & xt_set_info_match_v4.IPSET_FLAG_SKIP_SUBCOUNTER_UPDATE) != 0,
            Packets = new CounterTest((CounterTestKind)info.packets.op, info.packets.value),
            Bytes = new CounterTest((CounterTestKind)info.bytes.op, info.bytes.value),
        };
    }
}
