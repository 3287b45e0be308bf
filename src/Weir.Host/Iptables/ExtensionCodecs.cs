using System.Diagnostics;
using Weir.Host.Iptables.Codecs;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables;

/// <summary>Matches and targets as the structures of their kernel modules, in the revisions that iptables 1.8.9 writes.</summary>
/// <remarks>
/// What is read is written again and compared: a structure that says more than the record has words for, or another revision, stays bytes
/// (<see cref="RawMatch"/>, <see cref="RawTarget"/>), so that nothing that is shown says less than the rule does.
/// </remarks>
internal static class ExtensionCodecs
{
    internal static XtMatch Write(IptablesMatch match, XtContext context) => match switch
    {
        TcpMatch tcp => new("tcp", 0, TcpCodec.Write(tcp)),
        UdpMatch udp => new("udp", 0, UdpCodec.Write(udp)),
        MarkMatch mark => new("mark", 1, MarkCodec.Write(mark)),
        ConnmarkMatch connmark => new("connmark", 1, ConnmarkCodec.Write(connmark)),
        SetMatch set => new("set", 4, SetCodec.Write(set, context)),
        OwnerMatch owner => new("owner", 1, OwnerCodec.Write(owner)),
        ConntrackMatch conntrack => new("conntrack", 3, ConntrackCodec.Write(conntrack)),
        AddrtypeMatch addrtype => new("addrtype", 1, AddrtypeCodec.Write(addrtype)),
        CommentMatch comment => new("comment", 0, CommentCodec.Write(comment)),
        MultiportMatch multiport => new("multiport", 1, MultiportCodec.Write(multiport)),
        SocketMatch socket => new("socket", 3, SocketCodec.Write(socket)),
        IcmpMatch icmp => new("icmp", 0, IcmpCodec.Write(icmp.Type)),
        Icmp6Match icmp => new("icmp6", 0, IcmpCodec.Write(icmp.Type)),
        U32Match u32 => new("u32", 0, U32Codec.Write(u32)),
        HopLimitMatch limit => new(limit.Name, 0, HopLimitCodec.Write(limit)),
        PkttypeMatch pkttype => new("pkttype", 0, PkttypeCodec.Write(pkttype)),
        RawMatch raw => new(raw.Extension, raw.Info.Revision, Convert.FromHexString(raw.Info.Hex)),
        _ => throw new UnreachableException($"{match.Name} has no structure"),
    };

    internal static XtTarget Write(IptablesTarget target, XtContext context) => target switch
    {
        MarkTarget mark => new("MARK", 2, MarkTargetCodec.Write(mark)),
        ConnmarkTarget connmark => new("CONNMARK", 2, ConnmarkTargetCodec.Write(connmark)),
        TproxyTarget tproxy => new("TPROXY", 1, TproxyCodec.Write(tproxy)),
        NatTarget nat => new(nat.Name, NatCodec.Revision(nat.Kind, context), NatCodec.Write(nat, context)),
        NfqueueTarget queue => new("NFQUEUE", 3, NfqueueCodec.Write(queue)),
        RejectTarget reject => new("REJECT", 0, RejectCodec.Write(reject)),
        LogTarget log => new("LOG", 0, LogCodec.Write(log)),
        CtTarget ct => new("CT", 2, CtCodec.Write(ct)),
        TcpmssTarget mss => new("TCPMSS", 0, TcpmssCodec.Write(mss)),
        RawTarget raw => new(raw.Extension, raw.Info.Revision, Convert.FromHexString(raw.Info.Hex)),
        _ => throw new UnreachableException($"{target.Name} has no structure"),
    };

    internal static IptablesMatch Read(XtMatch match, XtContext context) =>
        Known(match, context) is { } known && Write(known, context) == match ? known : new RawMatch { Extension = match.Name, Info = Raw(match.Revision, match.Info) };

    internal static IptablesTarget Read(XtTarget target, XtContext context) =>
        Known(target, context) is { } known && Write(known, context) == target ? known : new RawTarget { Extension = target.Name, Info = Raw(target.Revision, target.Info) };

    private static IptablesMatch? Known(XtMatch match, XtContext context) => (match.Name, match.Revision) switch
    {
        ("tcp", 0) => TcpCodec.Read(match.Info),
        ("udp", 0) => UdpCodec.Read(match.Info),
        ("mark", 1) => MarkCodec.Read(match.Info),
        ("connmark", 1) => ConnmarkCodec.Read(match.Info),
        ("set", 4) => SetCodec.Read(match.Info, context),
        ("owner", 1) => OwnerCodec.Read(match.Info),
        ("conntrack", 3) => ConntrackCodec.Read(match.Info, context),
        ("addrtype", 1) => AddrtypeCodec.Read(match.Info),
        ("comment", 0) => CommentCodec.Read(match.Info),
        ("multiport", 1) => MultiportCodec.Read(match.Info),
        ("socket", 3) => SocketCodec.Read(match.Info),
        ("icmp", 0) => IcmpCodec.Read(match.Info) is { } type ? new IcmpMatch { Type = type } : null,
        ("icmp6", 0) => IcmpCodec.Read(match.Info) is { } type ? new Icmp6Match { Type = type } : null,
        ("u32", 0) => U32Codec.Read(match.Info),
        ("ttl" or "hl", 0) => HopLimitCodec.Read(match.Info, context),
        ("pkttype", 0) => PkttypeCodec.Read(match.Info),
        _ => null,
    };

    private static IptablesTarget? Known(XtTarget target, XtContext context) => (target.Name, target.Revision) switch
    {
        ("MARK", 2) => MarkTargetCodec.Read(target.Info),
        ("CONNMARK", 2) => ConnmarkTargetCodec.Read(target.Info),
        ("TPROXY", 1) => TproxyCodec.Read(target.Info, context),
        ("SNAT", _) when target.Revision == NatCodec.Revision(NatKind.SNAT, context) => NatCodec.Read(NatKind.SNAT, target.Info, context),
        ("DNAT", 2) => NatCodec.Read(NatKind.DNAT, target.Info, context),
        ("MASQUERADE", 0) => NatCodec.Read(NatKind.MASQUERADE, target.Info, context),
        ("REDIRECT", 0) => NatCodec.Read(NatKind.REDIRECT, target.Info, context),
        ("NFQUEUE", 3) => NfqueueCodec.Read(target.Info),
        ("REJECT", 0) => RejectCodec.Read(target.Info, context),
        ("LOG", 0) => LogCodec.Read(target.Info),
        ("CT", 2) => CtCodec.Read(target.Info),
        ("TCPMSS", 0) => TcpmssCodec.Read(target.Info),
        _ => null,
    };

    private static RawInfo Raw(uint revision, NftValue info) => new(revision, info.ToString());
}
