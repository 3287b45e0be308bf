using Weir.Rules.Iptables.Matches;
using Weir.Rules.Iptables.Targets;

namespace Weir.Rules.Iptables.Parsing;

/// <summary>The matches and targets that Weir knows, by the tool's names.</summary>
internal static class Extensions
{
    // Targets of libxtables that Weir doesn't know: no chain may have such a name.
    private static readonly string[] OtherTargets =
    [
        "AUDIT", "CHECKSUM", "CLASSIFY", "CLUSTERIP", "CONNSECMARK", "DNPT", "DSCP", "ECN", "HL", "HMARK", "IDLETIMER", "LED", "NETMAP", "RATEEST",
        "SECMARK", "SET", "SNPT", "SYNPROXY", "TCPOPTSTRIP", "TEE", "TOS", "TTL", "ULOG", "QUEUE", "ERROR",
    ];

    internal static MatchParser? FindMatch(string name, IptablesFamily family) => name switch
    {
        "tcp" => new TcpMatchParser(),
        "udp" => new UdpMatchParser(),
        "icmp" when family == IptablesFamily.IPv4 => new IcmpMatchParser(),
        "icmp6" or "icmpv6" or "ipv6-icmp" when family == IptablesFamily.IPv6 => new Icmp6MatchParser(),
        "mark" => new MarkMatchParser(),
        "connmark" => new ConnmarkMatchParser(),
        "conntrack" => new ConntrackMatchParser(),
        "state" => new StateMatchParser(),
        "set" => new SetMatchParser(),
        "owner" => new OwnerMatchParser(),
        "addrtype" => new AddrtypeMatchParser(),
        "comment" => new CommentMatchParser(),
        "multiport" => new MultiportMatchParser(),
        "socket" => new SocketMatchParser(),
        "limit" => new LimitMatchParser(),
        "u32" => new U32MatchParser(),
        "ttl" when family == IptablesFamily.IPv4 => new HopLimitMatchParser(family),
        "hl" when family == IptablesFamily.IPv6 => new HopLimitMatchParser(family),
        "pkttype" => new PkttypeMatchParser(),
        _ => null,
    };

    /// <summary>The match that a protocol's options belong to when <c>-m</c> is not written.</summary>
    internal static MatchParser? FindMatch(byte protocol, IptablesFamily family) => protocol switch
    {
        ProtocolNames.Tcp => new TcpMatchParser(),
        ProtocolNames.Udp => new UdpMatchParser(),
        ProtocolNames.Icmp => FindMatch("icmp", family),
        ProtocolNames.IcmpV6 => FindMatch("icmp6", family),
        _ => null,
    };

    internal static TargetParser? FindTarget(string name, IptablesFamily family) => name switch
    {
        "ACCEPT" => new PlainTargetParser(new VerdictTarget(Verdict.ACCEPT)),
        "DROP" => new PlainTargetParser(new VerdictTarget(Verdict.DROP)),
        "RETURN" => new PlainTargetParser(new VerdictTarget(Verdict.RETURN)),
        "TRACE" => new PlainTargetParser(new TraceTarget()),
        "NOTRACK" => new PlainTargetParser(new CtTarget { IsNotrackAlias = true, NoTrack = true }),
        "MARK" => new MarkTargetParser(),
        "CONNMARK" => new ConnmarkTargetParser(),
        "TPROXY" => new TproxyTargetParser(family),
        "SNAT" => new NatTargetParser(NatKind.SNAT),
        "DNAT" => new NatTargetParser(NatKind.DNAT),
        "MASQUERADE" => new NatTargetParser(NatKind.MASQUERADE),
        "REDIRECT" => new NatTargetParser(NatKind.REDIRECT),
        "NFQUEUE" => new NfqueueTargetParser(),
        "REJECT" => new RejectTargetParser(family),
        "LOG" => new LogTargetParser(),
        "NFLOG" => new NflogTargetParser(),
        "CT" => new CtTargetParser(),
        "TCPMSS" => new TcpmssTargetParser(family),
        _ => null,
    };

    /// <summary>The tool knows it as a target, Weir doesn't.</summary>
    internal static bool IsOtherTarget(string name) => OtherTargets.Contains(name);
}
