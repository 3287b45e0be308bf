using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;

namespace Weir.Netlink.Tests.Nftables;

/// <summary>Every expression at least once, each of its attributes at least once.</summary>
internal static class NftSamples
{
    internal static readonly NftTable Mangle = new() { Family = NftFamily.Ip, Name = "mangle" };

    internal static readonly NftChain Prerouting = new()
    {
        Family = NftFamily.Ip,
        Table = "mangle",
        Name = "PREROUTING",
        Hook = new NftHook(0, -150),
        Policy = NftPolicy.Accept,
        Type = "filter",
    };

    /// <summary><c>iptables -t mangle -A PREROUTING -p tcp -m mark --mark 0x220/0x220 -j MARK --set-xmark 0x200/0x200</c>.</summary>
    internal static readonly NftRule MarkRule = new()
    {
        Family = NftFamily.Ip,
        Table = "mangle",
        Chain = "PREROUTING",
        Expressions =
        [
            new MetaExpression(MetaKey.NFT_META_L4PROTO),
            new CmpExpression(CmpOperation.NFT_CMP_EQ, [6]),
            new MetaExpression(MetaKey.NFT_META_MARK),
            new BitwiseExpression(4, NftValue.HostUInt32(0x220), NftValue.HostUInt32(0)),
            new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.HostUInt32(0x220)),
            new CounterExpression(),
            new XtTarget("MARK", 2, [0, 2, 0, 0, 0, 2, 0, 0]),
        ],
        Compat = new NftRuleCompat(6),
    };

    internal static readonly IReadOnlyList<NftExpression> Expressions =
    [
        new MetaExpression(MetaKey.NFT_META_IIFNAME, NftRegister.NFT_REG32_05),
        new MetaSetExpression(MetaKey.NFT_META_MARK, NftRegister.NFT_REG_2),
        new CtExpression(CtKey.NFT_CT_STATE),
        new CtExpression(CtKey.NFT_CT_PROTO_DST) { Direction = CtDirection.IP_CT_DIR_REPLY },
        new CtSetExpression(CtKey.NFT_CT_ZONE, NftRegister.NFT_REG_4) { Direction = CtDirection.IP_CT_DIR_ORIGINAL },
        new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2),
        new PayloadSetExpression(PayloadBase.NFT_PAYLOAD_NETWORK_HEADER, 16, 4, NftRegister.NFT_REG_3)
        {
            Checksum = PayloadChecksum.NFT_PAYLOAD_CSUM_INET,
            ChecksumOffset = 10,
            ChecksumFlags = PayloadChecksumFlags.NFT_PAYLOAD_L4CSUM_PSEUDOHDR,
        },
        new CmpExpression(CmpOperation.NFT_CMP_GTE, NftValue.NetworkUInt16(1024)),
        new RangeExpression(RangeOperation.NFT_RANGE_NEQ, [0, 80], [0, 90]),
        new BitwiseExpression(4, NftValue.HostUInt32(0xfff), NftValue.HostUInt32(1), NftRegister.NFT_REG_2, NftRegister.NFT_REG_3),
        new BitwiseExpression(4, default, default) { Operation = BitwiseOperation.NFT_BITWISE_LSHIFT, Data = NftValue.HostUInt32(4) },
        new BitwiseExpression(4, default, default) { Operation = BitwiseOperation.NFT_BITWISE_OR, Second = NftRegister.NFT_REG_2 },
        new ByteorderExpression(ByteorderOperation.NFT_BYTEORDER_HTON, 4, 4, NftRegister.NFT_REG_2, NftRegister.NFT_REG_3),
        new ImmediateExpression(NftValue.NetworkUInt16(8080), NftRegister.NFT_REG_2),
        ImmediateExpression.Verdict(NftVerdict.Accept),
        ImmediateExpression.Verdict(NftVerdict.Drop),
        ImmediateExpression.Verdict(NftVerdict.Return),
        ImmediateExpression.Verdict(NftVerdict.Jump("other")),
        ImmediateExpression.Verdict(NftVerdict.Goto("elsewhere")),
        ImmediateExpression.Verdict(new NftVerdict(-3, "", 7)),
        new LookupExpression("s"),
        new LookupExpression("__map%d", NftRegister.NFT_REG_2) { Destination = NftRegister.NFT_REG_VERDICT, SetId = 4, Flags = LookupFlags.NFT_LOOKUP_F_INV },
        new DynsetExpression("busy", DynsetOperation.NFT_DYNSET_OP_UPDATE)
        {
            Data = NftRegister.NFT_REG_2,
            Timeout = TimeSpan.FromSeconds(10),
            SetId = 2,
            Expressions = [new CounterExpression(1, 2)],
            Flags = DynsetFlags.NFT_DYNSET_F_EXPR,
        },
        new DynsetExpression("busy", DynsetOperation.NFT_DYNSET_OP_ADD) { Expressions = [new CounterExpression(), new LimitExpression(5, 60)], Flags = DynsetFlags.NFT_DYNSET_F_EXPR },
        new CounterExpression(ulong.MaxValue, 1),
        new LimitExpression(10, 1, 5) { Type = LimitType.NFT_LIMIT_PKT_BYTES, Flags = LimitFlags.NFT_LIMIT_F_INV },
        new QuotaExpression(100_000_000, QuotaFlags.NFT_QUOTA_F_INV, 7),
        new ConnlimitExpression(20, ConnlimitFlags.NFT_CONNLIMIT_F_INV),
        new LastExpression(),
        new LastExpression(TimeSpan.FromMilliseconds(1234)),
        new LogExpression { Prefix = "weir: ", Level = LogLevel.NFT_LOGLEVEL_INFO, Flags = LogFlags.NF_LOG_UID },
        new LogExpression { Group = 5, SnapLength = 128, QueueThreshold = 3 },
        new QueueExpression(3, 4, QueueFlags.NFT_QUEUE_FLAG_BYPASS | QueueFlags.NFT_QUEUE_FLAG_CPU_FANOUT),
        new QueueExpression(0, 0) { NumberRegister = NftRegister.NFT_REG_1 },
        new NatExpression(NatType.NFT_NAT_DNAT, NftFamily.Ip)
        {
            Address = NftRegister.NFT_REG_1,
            AddressEnd = NftRegister.NFT_REG_2,
            Port = NftRegister.NFT_REG_3,
            PortEnd = NftRegister.NFT_REG_4,
            Flags = NatFlags.NF_NAT_RANGE_MAP_IPS | NatFlags.NF_NAT_RANGE_PROTO_SPECIFIED,
        },
        new RedirExpression(),
        new RedirExpression { Port = NftRegister.NFT_REG_1, PortEnd = NftRegister.NFT_REG_2, Flags = NatFlags.NF_NAT_RANGE_PROTO_SPECIFIED },
        new MasqExpression(),
        new MasqExpression { Flags = NatFlags.NF_NAT_RANGE_PERSISTENT, Port = NftRegister.NFT_REG_1, PortEnd = NftRegister.NFT_REG_2 },
        new TproxyExpression(NftFamily.Ip6, NftRegister.NFT_REG_1, NftRegister.NFT_REG_2),
        new SocketExpression(SocketKey.NFT_SOCKET_TRANSPARENT),
        new SocketExpression(SocketKey.NFT_SOCKET_CGROUPV2, NftRegister.NFT_REG_2, 2),
        new FibExpression(FibResult.NFT_FIB_RESULT_ADDRTYPE, FibFlags.NFTA_FIB_F_DADDR | FibFlags.NFTA_FIB_F_IIF),
        new RtExpression(RtKey.NFT_RT_TCPMSS),
        new ExthdrExpression(ExthdrOperation.NFT_EXTHDR_OP_IPV6, 43, 2, 1, NftRegister.NFT_REG_2) { Flags = ExthdrFlags.NFT_EXTHDR_F_PRESENT },
        new ExthdrSetExpression(ExthdrOperation.NFT_EXTHDR_OP_TCPOPT, 2, 2, 2, NftRegister.NFT_REG_3),
        new ExthdrSetExpression(ExthdrOperation.NFT_EXTHDR_OP_TCPOPT, 5, 0, 0, null),
        new NumgenExpression(NumgenType.NFT_NG_RANDOM, 10, 100),
        new HashExpression(HashType.NFT_HASH_JENKINS, 16, 3) { Source = NftRegister.NFT_REG_2, Length = 8, Seed = 0xdeadbeef },
        new HashExpression(HashType.NFT_HASH_SYM, 4),
        new ObjrefExpression(NftObjectType.NFT_OBJECT_COUNTER, "c1"),
        ObjrefExpression.FromMap("m", NftRegister.NFT_REG_2) with { SetId = 3 },
        new RejectExpression(RejectType.NFT_REJECT_TCP_RST),
        new RejectExpression(RejectType.NFT_REJECT_ICMPX_UNREACH, 3),
        new NotrackExpression(),
        new FlowOffloadExpression("ft"),
        new DupExpression(NftRegister.NFT_REG_1, NftRegister.NFT_REG_2),
        new FwdExpression(NftRegister.NFT_REG_1, NftRegister.NFT_REG_2, NftFamily.Ip),
        new SynproxyExpression(1460, 7, SynproxyFlags.NF_SYNPROXY_OPT_MSS | SynproxyFlags.NF_SYNPROXY_OPT_WSCALE),
        new XtMatch("connmark", 1, [0x20, 2, 0, 0, 0x20, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        new XtTarget("MARK", 2, [0, 2, 0, 0, 0, 2, 0, 0]),
        new UnknownExpression("osf", NftValue.Create([8, 0, 1, 0, 0, 0, 0, 1])),
        new UnknownExpression("bare", null),
    ];
}
