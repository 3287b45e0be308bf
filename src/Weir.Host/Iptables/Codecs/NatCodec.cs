using System.Net;
using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables.Codecs;

/// <summary>SNAT, DNAT, MASQUERADE and REDIRECT: DNAT has a structure for both families, the others one for each.</summary>
internal static class NatCodec
{
    /// <summary>The revision of the structure that iptables 1.8.9 writes.</summary>
    internal static uint Revision(NatKind kind, XtContext context) => kind switch
    {
        NatKind.DNAT => 2,
        NatKind.SNAT when !context.IsIPv4 => 1,
        _ => 0,
    };

    internal static NftValue Write(NatTarget target, XtContext context)
    {
        var (first, last) = (Network(target.Ports?.First ?? 0), Network(target.Ports?.Last ?? 0));
        if (target.Kind == NatKind.DNAT)
        {
            return XtInfo.Write(new nf_nat_range2
            {
                flags = Flags(target), min_addr = XtContext.Write(target.FirstAddress), max_addr = XtContext.Write(target.LastAddress),
                min_proto = first, max_proto = last, base_proto = Network(target.BasePort ?? 0),
            });
        }

        if (context.IsIPv4)
        {
            return XtInfo.Write(new nf_nat_ipv4_multi_range_compat
            {
                rangesize = 1, flags = Flags(target), min_ip = XtContext.WriteIPv4(target.FirstAddress), max_ip = XtContext.WriteIPv4(target.LastAddress), min = first, max = last,
            });
        }

        return XtInfo.Write(new nf_nat_range
        {
            flags = Flags(target), min_addr = XtContext.Write(target.FirstAddress), max_addr = XtContext.Write(target.LastAddress), min_proto = first, max_proto = last,
        });
    }

    internal static NatTarget? Read(NatKind kind, NftValue bytes, XtContext context)
    {
        if (kind == NatKind.DNAT)
        {
            return XtInfo.Read<nf_nat_range2>(bytes) is { } both
                ? Target(kind, both.flags, context.Read(both.min_addr), context.Read(both.max_addr), both.min_proto, both.max_proto, both.base_proto)
                : null;
        }

        if (context.IsIPv4)
        {
            return XtInfo.Read<nf_nat_ipv4_multi_range_compat>(bytes) is { rangesize: 1 } four
                ? Target(kind, four.flags, XtContext.ReadIPv4(four.min_ip), XtContext.ReadIPv4(four.max_ip), four.min, four.max, 0)
                : null;
        }

        return XtInfo.Read<nf_nat_range>(bytes) is { } six
            ? Target(kind, six.flags, context.Read(six.min_addr), context.Read(six.max_addr), six.min_proto, six.max_proto, 0)
            : null;
    }

    private static NatTarget Target(NatKind kind, uint flags, IPAddress first, IPAddress last, ushort firstPort, ushort lastPort, ushort basePort)
    {
        bool Has(uint bit) => (flags & bit) != 0;
        return new NatTarget(kind)
        {
            FirstAddress = Has(nf_nat_range2.NF_NAT_RANGE_MAP_IPS) ? first : null,
            LastAddress = Has(nf_nat_range2.NF_NAT_RANGE_MAP_IPS) ? last : null,
            Ports = Has(nf_nat_range2.NF_NAT_RANGE_PROTO_SPECIFIED) ? new PortRange(Network(firstPort), Network(lastPort)) : null,
            BasePort = Has(nf_nat_range2.NF_NAT_RANGE_PROTO_OFFSET) ? Network(basePort) : null,
            Random = Has(nf_nat_range2.NF_NAT_RANGE_PROTO_RANDOM),
            RandomFully = Has(nf_nat_range2.NF_NAT_RANGE_PROTO_RANDOM_FULLY),
            Persistent = Has(nf_nat_range2.NF_NAT_RANGE_PERSISTENT),
        };
    }

    private static uint Flags(NatTarget target) =>
        (target.FirstAddress is null ? 0 : nf_nat_range2.NF_NAT_RANGE_MAP_IPS)
        | (target.Ports is null ? 0 : nf_nat_range2.NF_NAT_RANGE_PROTO_SPECIFIED)
        | (target.BasePort is null ? 0 : nf_nat_range2.NF_NAT_RANGE_PROTO_OFFSET)
        | (target.Random ? nf_nat_range2.NF_NAT_RANGE_PROTO_RANDOM : 0)
        | (target.RandomFully ? nf_nat_range2.NF_NAT_RANGE_PROTO_RANDOM_FULLY : 0)
        | (target.Persistent ? nf_nat_range2.NF_NAT_RANGE_PERSISTENT : 0);

    private static ushort Network(ushort port) => (ushort)IPAddress.HostToNetworkOrder((short)port);
}
