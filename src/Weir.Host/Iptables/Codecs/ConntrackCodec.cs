using System.Net;
using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class ConntrackCodec
{
    // What the tool has words for.
    private const ConnectionStates AllStates = ConnectionStates.INVALID | ConnectionStates.ESTABLISHED | ConnectionStates.RELATED | ConnectionStates.NEW
        | ConnectionStates.SNAT | ConnectionStates.DNAT | ConnectionStates.UNTRACKED;

    private const ConnectionStatus AllStatus = ConnectionStatus.EXPECTED | ConnectionStatus.SEEN_REPLY | ConnectionStatus.ASSURED | ConnectionStatus.CONFIRMED;

    internal static NftValue Write(ConntrackMatch match)
    {
        ushort given = match.IsStateAlias ? xt_conntrack_mtinfo3.XT_CONNTRACK_STATE_ALIAS : (ushort)0, inverted = 0;
        T Take<T>(Negatable<T>? option, ushort bit, T none)
        {
            if (option is not { } some)
                return none;
            given |= bit;
            if (some.Inverted)
                inverted |= bit;
            return some.Value;
        }

        var info = new xt_conntrack_mtinfo3
        {
            state_mask = (ushort)Take(match.States, xt_conntrack_mtinfo3.XT_CONNTRACK_STATE, ConnectionStates.None),
            l4proto = Take(match.Protocol, xt_conntrack_mtinfo3.XT_CONNTRACK_PROTO, (ushort)0),
            status_mask = (ushort)Take(match.Status, xt_conntrack_mtinfo3.XT_CONNTRACK_STATUS, ConnectionStatus.NONE),
        };
        (info.origsrc_addr, info.origsrc_mask) = Address(Take(match.OriginalSource, xt_conntrack_mtinfo3.XT_CONNTRACK_ORIGSRC, null!));
        (info.origdst_addr, info.origdst_mask) = Address(Take(match.OriginalDestination, xt_conntrack_mtinfo3.XT_CONNTRACK_ORIGDST, null!));
        (info.replsrc_addr, info.replsrc_mask) = Address(Take(match.ReplySource, xt_conntrack_mtinfo3.XT_CONNTRACK_REPLSRC, null!));
        (info.repldst_addr, info.repldst_mask) = Address(Take(match.ReplyDestination, xt_conntrack_mtinfo3.XT_CONNTRACK_REPLDST, null!));
        (info.expires_min, info.expires_max) = Take(match.Expires, xt_conntrack_mtinfo3.XT_CONNTRACK_EXPIRES, default);
        (info.origsrc_port, info.origsrc_port_high) = Take(match.OriginalSourcePorts, xt_conntrack_mtinfo3.XT_CONNTRACK_ORIGSRC_PORT, default);
        (info.origdst_port, info.origdst_port_high) = Take(match.OriginalDestinationPorts, xt_conntrack_mtinfo3.XT_CONNTRACK_ORIGDST_PORT, default);
        (info.replsrc_port, info.replsrc_port_high) = Take(match.ReplySourcePorts, xt_conntrack_mtinfo3.XT_CONNTRACK_REPLSRC_PORT, default);
        (info.repldst_port, info.repldst_port_high) = Take(match.ReplyDestinationPorts, xt_conntrack_mtinfo3.XT_CONNTRACK_REPLDST_PORT, default);
        if (match.IsOriginalDirection is { } original)
        {
            given |= xt_conntrack_mtinfo3.XT_CONNTRACK_DIRECTION;
            inverted |= original ? (ushort)0 : xt_conntrack_mtinfo3.XT_CONNTRACK_DIRECTION;
        }

        (info.match_flags, info.invert_flags) = (given, inverted);
        return XtInfo.Write(info);
    }

    internal static ConntrackMatch? Read(NftValue bytes, XtContext context)
    {
        if (XtInfo.Read<xt_conntrack_mtinfo3>(bytes) is not { } info
            || (info.state_mask & ~(ushort)AllStates) != 0 || info.status_mask > (ushort)AllStatus)
            return null;
        Negatable<T>? Given<T>(ushort bit, T value) => (info.match_flags & bit) == 0 ? null : new(value, (info.invert_flags & bit) != 0);
        Negatable<PortRange>? GivenPorts(ushort bit, ushort first, ushort last) => Given(bit, new PortRange(first, last));
        Negatable<AddressMask>? GivenAddress(ushort bit, in nf_inet_addr address, in nf_inet_addr mask) => Given(bit, new AddressMask(context.Read(address), context.Read(mask)));
        return new ConntrackMatch
        {
            IsStateAlias = (info.match_flags & xt_conntrack_mtinfo3.XT_CONNTRACK_STATE_ALIAS) != 0,
            States = Given(xt_conntrack_mtinfo3.XT_CONNTRACK_STATE, (ConnectionStates)info.state_mask),
            Protocol = Given(xt_conntrack_mtinfo3.XT_CONNTRACK_PROTO, info.l4proto),
            OriginalSource = GivenAddress(xt_conntrack_mtinfo3.XT_CONNTRACK_ORIGSRC, info.origsrc_addr, info.origsrc_mask),
            OriginalDestination = GivenAddress(xt_conntrack_mtinfo3.XT_CONNTRACK_ORIGDST, info.origdst_addr, info.origdst_mask),
            ReplySource = GivenAddress(xt_conntrack_mtinfo3.XT_CONNTRACK_REPLSRC, info.replsrc_addr, info.replsrc_mask),
            ReplyDestination = GivenAddress(xt_conntrack_mtinfo3.XT_CONNTRACK_REPLDST, info.repldst_addr, info.repldst_mask),
            OriginalSourcePorts = GivenPorts(xt_conntrack_mtinfo3.XT_CONNTRACK_ORIGSRC_PORT, info.origsrc_port, info.origsrc_port_high),
            OriginalDestinationPorts = GivenPorts(xt_conntrack_mtinfo3.XT_CONNTRACK_ORIGDST_PORT, info.origdst_port, info.origdst_port_high),
            ReplySourcePorts = GivenPorts(xt_conntrack_mtinfo3.XT_CONNTRACK_REPLSRC_PORT, info.replsrc_port, info.replsrc_port_high),
            ReplyDestinationPorts = GivenPorts(xt_conntrack_mtinfo3.XT_CONNTRACK_REPLDST_PORT, info.repldst_port, info.repldst_port_high),
            Status = Given(xt_conntrack_mtinfo3.XT_CONNTRACK_STATUS, (ConnectionStatus)info.status_mask),
            Expires = Given(xt_conntrack_mtinfo3.XT_CONNTRACK_EXPIRES, (info.expires_min, info.expires_max)),
            IsOriginalDirection = Given(xt_conntrack_mtinfo3.XT_CONNTRACK_DIRECTION, 0) is { } direction ? !direction.Inverted : null,
        };
    }

    /// <summary>libxtables fills the whole mask of a single IPv4 address, also where IPv6 would go on; the kernel reads the first word.</summary>
    private static (nf_inet_addr Address, nf_inet_addr Mask) Address(AddressMask? address)
    {
        if (address is null)
            return default;
        var mask = XtContext.Write(address.Mask);
        if (address.Mask.Equals(IPAddress.Broadcast))
            ((Span<byte>)mask).Fill(0xff);
        return (XtContext.Write(address.Address), mask);
    }
}
