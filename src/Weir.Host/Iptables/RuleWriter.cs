using System.Diagnostics;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables;

/// <summary>A rule as iptables 1.8.9 writes it: interfaces, protocol, addresses, fragment; matches in their order; counter; target.</summary>
internal sealed class RuleWriter(XtContext context)
{
    private const uint FragmentOffset = 6;

    private uint SourceOffset => context.IsIPv4 ? 12u : 8u;

    private uint DestinationOffset => context.IsIPv4 ? 16u : 24u;

    private NftFamily Family => context.IsIPv4 ? NftFamily.Ip : NftFamily.Ip6;

    internal NftRule Write(string table, string chain, IptablesRule rule) => new()
    {
        Family = Family,
        Table = table,
        Chain = chain,
        Expressions = Expressions(rule),
        Compat = rule.Protocol is { Value: > 0 } protocol ? new NftRuleCompat(protocol.Value, protocol.Inverted) : null,
    };

    private List<NftExpression> Expressions(IptablesRule rule)
    {
        var to = new List<NftExpression>(8);
        Write(MetaKey.NFT_META_IIFNAME, rule.InInterface, to);
        Write(MetaKey.NFT_META_OIFNAME, rule.OutInterface, to);
        if (rule.Protocol is { Value: > 0 } protocol)
        {
            to.Add(new MetaExpression(MetaKey.NFT_META_L4PROTO));
            to.Add(new CmpExpression(Equal(protocol.Inverted), NftValue.UInt8(protocol.Value)));
        }

        Write(SourceOffset, rule.Source, to);
        Write(DestinationOffset, rule.Destination, to);
        if (rule.Fragment is { } fragment)
        {
            to.Add(new PayloadExpression(PayloadBase.NFT_PAYLOAD_NETWORK_HEADER, FragmentOffset, 2));
            to.Add(new BitwiseExpression(2, NftValue.NetworkUInt16(0x1fff), NftValue.NetworkUInt16(0)));
            to.Add(new CmpExpression(fragment ? CmpOperation.NFT_CMP_NEQ : CmpOperation.NFT_CMP_EQ, NftValue.NetworkUInt16(0)));
        }

        foreach (var match in rule.Matches)
            Write(match, to);
        to.Add(new CounterExpression(rule.Counters.Packets, rule.Counters.Bytes));
        if (rule.Target is { } target)
            Write(target, to);
        return to;
    }

    private void Write(IptablesMatch match, List<NftExpression> to)
    {
        switch (match)
        {
            case TcpMatch { IsEmpty: false, Option: null } tcp:
                TransportWriter.Write(tcp, to);
                break;
            case UdpMatch { IsEmpty: false } udp:
                TransportWriter.Write(udp, to);
                break;
            case MarkMatch mark:
                to.Add(new MetaExpression(MetaKey.NFT_META_MARK));
                if (mark.Mark.Value.Mask != uint.MaxValue)
                    to.Add(new BitwiseExpression(4, NftValue.HostUInt32(mark.Mark.Value.Mask), NftValue.HostUInt32(0)));
                to.Add(new CmpExpression(Equal(mark.Mark.Inverted), NftValue.HostUInt32(mark.Mark.Value.Mark)));
                break;
            case LimitMatch limit:
                to.Add(new LimitExpression(limit.Rate.Rate, limit.Rate.Seconds, limit.Burst));
                break;
            default:
                to.Add(ExtensionCodecs.Write(match, context));
                break;
        }
    }

    private void Write(IptablesTarget target, List<NftExpression> to)
    {
        switch (target)
        {
            case VerdictTarget verdict:
                to.Add(ImmediateExpression.Verdict(verdict.Verdict switch
                {
                    Verdict.ACCEPT => NftVerdict.Accept,
                    Verdict.DROP => NftVerdict.Drop,
                    Verdict.RETURN => NftVerdict.Return,
                    _ => throw new UnreachableException(),
                }));
                break;
            case JumpTarget jump:
                to.Add(ImmediateExpression.Verdict(NftVerdict.Jump(jump.Chain)));
                break;
            case GotoTarget jump:
                to.Add(ImmediateExpression.Verdict(NftVerdict.Goto(jump.Chain)));
                break;
            case TraceTarget:
                to.Add(new ImmediateExpression(NftValue.UInt8(1), NftRegister.NFT_REG32_01));
                to.Add(new MetaSetExpression(MetaKey.NFT_META_NFTRACE, NftRegister.NFT_REG32_01));
                break;
            case NflogTarget log:
                to.Add(new LogExpression { Prefix = log.Prefix, Group = log.Group, SnapLength = log.Size, QueueThreshold = log.Threshold == 0 ? null : log.Threshold });
                break;
            default:
                to.Add(ExtensionCodecs.Write(target, context));
                break;
        }
    }

    /// <summary>A whole name with its NUL, or the start of one; <c>+</c> alone compares nothing, and its inverse a name that no interface has.</summary>
    private static void Write(MetaKey key, Negatable<string>? name, List<NftExpression> to)
    {
        if (name is not { } link)
            return;
        to.Add(new MetaExpression(key));
        if (!link.Value.EndsWith('+'))
            to.Add(new CmpExpression(Equal(link.Inverted), NftValue.Text(link.Value)));
        else if (link.Value.Length > 1)
            to.Add(new CmpExpression(Equal(link.Inverted), NftValue.Prefix(link.Value[..^1])));
        else if (link.Inverted)
            to.Add(new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.Text(RuleReader.NoInterface)));
    }

    /// <summary>Masks of whole bytes shorten what is loaded; others are a bitwise and (iptables/nft-shared.c, add_addr).</summary>
    private static void Write(uint offset, Negatable<AddressMask>? address, List<NftExpression> to)
    {
        if (address is not { } match || (match.Value.IsAny && !match.Inverted))
            return;
        var mask = match.Value.Mask.GetAddressBytes();
        var bytes = match.Value.Address.GetAddressBytes();
        var whole = mask.AsSpan().IndexOfAnyExcept((byte)0xff) is var end and >= 0 ? end : mask.Length;
        var needsAnd = mask.AsSpan(whole).ContainsAnyExcept((byte)0);
        var length = needsAnd ? mask.Length : whole;
        to.Add(new PayloadExpression(PayloadBase.NFT_PAYLOAD_NETWORK_HEADER, offset, (uint)length));
        if (needsAnd)
            to.Add(new BitwiseExpression((uint)length, mask, new byte[length]));
        to.Add(new CmpExpression(Equal(match.Inverted), bytes.AsSpan(0, length).ToArray()));
    }

    private static CmpOperation Equal(bool inverted) => inverted ? CmpOperation.NFT_CMP_NEQ : CmpOperation.NFT_CMP_EQ;
}
