using System.Net;
using System.Text;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables;

/// <summary>A rule of a table of iptables', whoever wrote it, in iptables' words (iptables/nft-shared.c).</summary>
/// <remarks>
/// Expressions may come in any order. Where the tool passes over what it has no words for (a set's lookup, a comparison in another direction) and
/// so shows a rule that matches more than the kernel's, this reader refuses: the table is then incompatible as a whole.
/// </remarks>
internal sealed class RuleReader(XtContext context, Func<uint, string?> linkName)
{
    /// <summary>iptables' name for no interface at all: nf_tables has no comparison for <c>! -i +</c>.</summary>
    internal const string NoInterface = "INVAL/D";

    private const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;

    private readonly RuleRegisters _registers = new();
    private readonly List<IptablesMatch> _matches = [];
    private IptablesRule _rule = new();

    // The place of the tcp or udp match that comparisons of the transport header go into.
    private int _transport = -1;

    /// <exception cref="IncompatibleRuleException">With what there are no words for.</exception>
    internal static IptablesRule Read(NftRule rule, XtContext context, Func<uint, string?> linkName) => new RuleReader(context, linkName).Read(rule);

    private IptablesRule Read(NftRule rule)
    {
        foreach (var expression in rule.Expressions)
            Read(expression);
        if (NftUserData.ReadComment(rule.UserData) is { } comment)
            _matches.Add(new CommentMatch { Text = comment });
        return _rule with { Matches = _matches, Handle = rule.Handle };
    }

    private void Read(NftExpression expression)
    {
        switch (expression)
        {
            case CounterExpression counter:
                _rule = _rule with { Counters = new IptablesCounters(counter.Packets, counter.Bytes) };
                break;
            case MetaExpression meta:
                _registers.Load(meta.Destination, meta);
                break;
            case PayloadExpression payload:
                _registers.Load(payload.Destination, payload);
                break;
            case ImmediateExpression { Data.Verdict: { } verdict }:
                Read(verdict);
                break;
            case ImmediateExpression immediate:
                _registers.Load(immediate.Destination, immediate);
                break;
            case BitwiseExpression bitwise:
                _registers.Mask(bitwise);
                break;
            case CmpExpression cmp:
                Compare(_registers.Get(cmp.Source), cmp);
                break;
            case RangeExpression range:
                Compare(_registers.Get(range.Source), range);
                break;
            case MetaSetExpression { Key: MetaKey.NFT_META_NFTRACE } set
                when _registers.Get(set.Source).Source is ImmediateExpression { Data.Value: { IsEmpty: false } value } && value.Span[0] != 0:
                SetTarget(new TraceTarget());
                break;
            case LimitExpression { Type: LimitType.NFT_LIMIT_PKTS, Flags: LimitFlags.None } limit when LimitMatch.PeriodOf(limit.Rate, limit.Unit) is > 0 and var period:
                _matches.Add(new LimitMatch { Period = period, Burst = limit.Burst });
                break;
            case LogExpression { Group: { } group } log:
                SetTarget(new NflogTarget { Group = group, Prefix = log.Prefix, Size = log.SnapLength, Threshold = log.QueueThreshold ?? 0 });
                break;
            case XtMatch match:
                _matches.Add(ExtensionCodecs.Read(match, context));
                break;
            case XtTarget target:
                SetTarget(ExtensionCodecs.Read(target, context));
                break;
            default:
                throw new IncompatibleRuleException($"the expression {expression.Kind}");
        }
    }

    private void Read(NftVerdict verdict) => SetTarget(verdict.Code switch
    {
        1 => new VerdictTarget(Verdict.ACCEPT),
        0 => new VerdictTarget(Verdict.DROP),
        -5 => new VerdictTarget(Verdict.RETURN),
        -3 => new JumpTarget(verdict.Chain),
        -4 => new GotoTarget(verdict.Chain),
        _ => throw new IncompatibleRuleException($"the verdict {verdict}"),
    });

    private void SetTarget(IptablesTarget target) =>
        _rule = _rule.Target is null ? _rule with { Target = target } : throw new IncompatibleRuleException("more than one target");

    private void Compare(RuleRegister register, CmpExpression cmp)
    {
        switch (register.Source)
        {
            case MetaExpression meta:
                Meta(meta.Key, register, cmp);
                break;
            case PayloadExpression { Base: PayloadBase.NFT_PAYLOAD_NETWORK_HEADER } payload:
                Network(payload, register, cmp);
                break;
            case PayloadExpression { Base: PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER } payload:
                Transport(payload, register, cmp);
                break;
            default:
                throw new IncompatibleRuleException($"a comparison of {register.Source.Kind}");
        }
    }

    private void Compare(RuleRegister register, RangeExpression range)
    {
        if (register.Source is not PayloadExpression { Base: PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, Length: 2, Offset: 0 or 2 } payload || !register.Mask.IsEmpty
            || range.From.Length != 2 || range.To.Length != 2)
            throw new IncompatibleRuleException("a range of something else than ports");
        SetPorts(payload.Offset == 0, new(new PortRange(UInt16(range.From), UInt16(range.To)), range.Operation == RangeOperation.NFT_RANGE_NEQ));
    }

    private void Meta(MetaKey key, RuleRegister register, CmpExpression cmp)
    {
        var inverted = IsInverted(cmp);
        if (key != MetaKey.NFT_META_MARK && !register.Mask.IsEmpty)
            throw new IncompatibleRuleException($"a masked {key}");
        switch (key)
        {
            case MetaKey.NFT_META_L4PROTO when cmp.Data.Length == 1:
                SetProtocol(cmp.Data.Span[0], inverted);
                break;
            case MetaKey.NFT_META_IIFNAME when _rule.InInterface is null:
                _rule = _rule with { InInterface = InterfaceName(cmp.Data, inverted) };
                break;
            case MetaKey.NFT_META_OIFNAME when _rule.OutInterface is null:
                _rule = _rule with { OutInterface = InterfaceName(cmp.Data, inverted) };
                break;
            case MetaKey.NFT_META_IIF when _rule.InInterface is null && cmp.Data.Length == 4:
                _rule = _rule with { InInterface = new(NameOf(UInt32(cmp.Data)), inverted) };
                break;
            case MetaKey.NFT_META_OIF when _rule.OutInterface is null && cmp.Data.Length == 4:
                _rule = _rule with { OutInterface = new(NameOf(UInt32(cmp.Data)), inverted) };
                break;
            case MetaKey.NFT_META_MARK when cmp.Data.Length == 4 && register.Mask.Length is 0 or 4:
                _matches.Add(new MarkMatch { Mark = new(new MarkMask(UInt32(cmp.Data), register.Mask.IsEmpty ? uint.MaxValue : UInt32(register.Mask)), inverted) });
                break;
            case MetaKey.NFT_META_PKTTYPE when cmp.Data.Length == 1:
                _matches.Add(new PkttypeMatch { Type = new((PacketType)cmp.Data.Span[0], inverted) });
                break;
            default:
                throw new IncompatibleRuleException($"a comparison of meta {key}");
        }
    }

    private string NameOf(uint index) => linkName(index) ?? throw new IncompatibleRuleException($"the interface with index {index}, which is not there");

    private static Negatable<string> InterfaceName(NftValue data, bool inverted)
    {
        var end = data.Span.IndexOf((byte)0);
        var name = Encoding.UTF8.GetString(end < 0 ? data.Span : data.Span[..end]);
        if (name == NoInterface && !inverted)
            return new("+", true);
        return name.Length == 0 ? throw new IncompatibleRuleException("an interface without a name") : new(end < 0 ? $"{name}+" : name, inverted);
    }

    private void SetProtocol(byte protocol, bool inverted)
    {
        if (_rule.Protocol is { } other && other != new Negatable<byte>(protocol, inverted))
            throw new IncompatibleRuleException("two protocols");
        _rule = _rule with { Protocol = new(protocol, inverted) };
    }

    private void Network(PayloadExpression payload, RuleRegister register, CmpExpression cmp)
    {
        var (source, destination, size) = context.IsIPv4 ? (12u, 16u, 4) : (8u, 24u, 16);
        if (payload.Offset == (context.IsIPv4 ? 8u : 7u) && payload.Length == 1 && register.Mask.IsEmpty && cmp.Data.Length == 1)
        {
            _matches.Add(HopLimit(cmp));
            return;
        }

        var inverted = IsInverted(cmp);
        if (payload.Length != cmp.Data.Length || (!register.Mask.IsEmpty && register.Mask.Length != cmp.Data.Length))
            throw new IncompatibleRuleException("a comparison of a part of a field");
        if (payload.Offset == source && payload.Length <= size && _rule.Source is null)
            _rule = _rule with { Source = new(Address(register, cmp, size), inverted) };
        else if (payload.Offset == destination && payload.Length <= size && _rule.Destination is null)
            _rule = _rule with { Destination = new(Address(register, cmp, size), inverted) };
        else if (context.IsIPv4 && payload is { Offset: 9, Length: 1 } && register.Mask.IsEmpty)
            SetProtocol(cmp.Data.Span[0], inverted);
        else if (context.IsIPv4 && payload is { Offset: 6, Length: 2 } && register.Mask == NftValue.NetworkUInt16(0x1fff) && cmp.Data == NftValue.NetworkUInt16(0) && _rule.Fragment is null)
            _rule = _rule with { Fragment = inverted };
        else
            throw new IncompatibleRuleException($"{payload.Length} bytes of the network header from {payload.Offset}");
    }

    private static AddressMask Address(RuleRegister register, CmpExpression cmp, int size)
    {
        byte[] address = new byte[size], mask = new byte[size];
        cmp.Data.Span.CopyTo(address);
        if (register.Mask.IsEmpty)
            mask.AsSpan(0, cmp.Data.Length).Fill(0xff);
        else
            register.Mask.Span.CopyTo(mask);
        return new AddressMask(new IPAddress(address), new IPAddress(mask));
    }

    private HopLimitMatch HopLimit(CmpExpression cmp)
    {
        var value = cmp.Data.Span[0];
        var (test, limit) = cmp.Operation switch
        {
            CmpOperation.NFT_CMP_EQ => (HopLimitTest.Equal, value),
            CmpOperation.NFT_CMP_NEQ => (HopLimitTest.NotEqual, value),
            CmpOperation.NFT_CMP_LT => (HopLimitTest.Less, value),
            CmpOperation.NFT_CMP_GT => (HopLimitTest.Greater, value),
            CmpOperation.NFT_CMP_LTE when value < byte.MaxValue => (HopLimitTest.Less, (byte)(value + 1)),
            CmpOperation.NFT_CMP_GTE when value > 0 => (HopLimitTest.Greater, (byte)(value - 1)),
            _ => throw new IncompatibleRuleException("a comparison of the hop limit"),
        };
        return new HopLimitMatch { Family = context.Family, Test = test, Value = limit };
    }

    private void Transport(PayloadExpression payload, RuleRegister register, CmpExpression cmp)
    {
        var isMasked = !register.Mask.IsEmpty;
        switch (_rule.Protocol?.Value, payload.Offset, payload.Length)
        {
            case (Tcp or Udp, 0, 4) when !isMasked && cmp.Data.Length == 4:
                var inverted = IsInverted(cmp);
                SetPorts(true, new(Single(UInt16(cmp.Data)), inverted));
                SetPorts(false, new(Single(UInt16(new NftValue(cmp.Data.Span[2..].ToArray()))), inverted));
                break;
            case (Tcp or Udp, 0 or 2, 2) when !isMasked && cmp.Data.Length == 2:
                ComparePort(payload.Offset == 0, cmp.Operation, UInt16(cmp.Data));
                break;
            case (Tcp, 13, 1) when cmp.Data.Length == 1 && register.Mask.Length is 0 or 1:
                var test = new TcpFlagsTest(isMasked ? register.Mask.Span[0] : byte.MaxValue, cmp.Data.Span[0]);
                // The tool has names for six of the eight bits.
                if (((test.Mask | test.Compare) & 0xc0) != 0)
                    throw new IncompatibleRuleException("flags of TCP without names");
                if (TransportMatch<TcpMatch>(tcp => tcp.Flags is null) is var place)
                    _matches[place] = (TcpMatch)_matches[place] with { Flags = new(test, IsInverted(cmp)) };
                break;
            case (Icmp, 0, 1 or 2) when context.IsIPv4 && !isMasked && cmp.Data.Length == payload.Length:
                _matches.Add(new IcmpMatch { Type = IcmpTypeOf(cmp) });
                break;
            case (IcmpV6, 0, 1 or 2) when !context.IsIPv4 && !isMasked && cmp.Data.Length == payload.Length:
                _matches.Add(new Icmp6Match { Type = IcmpTypeOf(cmp) });
                break;
            default:
                throw new IncompatibleRuleException($"{payload.Length} bytes of the transport header from {payload.Offset}");
        }
    }

    private static Negatable<IcmpType> IcmpTypeOf(CmpExpression cmp)
    {
        var type = cmp.Data.Span[0];
        // 255 is how the tool says "any".
        if (type == IcmpMatch.AnyType)
            throw new IncompatibleRuleException("ICMP type 255");
        return new(new IcmpType(type, cmp.Data.Length == 2 ? new IcmpCodes(cmp.Data.Span[1], cmp.Data.Span[1]) : null), IsInverted(cmp));
    }

    /// <summary>Two comparisons of one port, as nft writes <c>80-90</c>, are one range.</summary>
    private void ComparePort(bool isSource, CmpOperation operation, ushort port)
    {
        switch (operation)
        {
            case CmpOperation.NFT_CMP_EQ or CmpOperation.NFT_CMP_NEQ:
                SetPorts(isSource, new(Single(port), operation == CmpOperation.NFT_CMP_NEQ));
                break;
            case CmpOperation.NFT_CMP_LT when port > 0:
                Bound(isSource, ports => ports with { Last = (ushort)(port - 1) }, ports => ports.Last == ushort.MaxValue);
                break;
            case CmpOperation.NFT_CMP_LTE:
                Bound(isSource, ports => ports with { Last = port }, ports => ports.Last == ushort.MaxValue);
                break;
            case CmpOperation.NFT_CMP_GT when port < ushort.MaxValue:
                Bound(isSource, ports => ports with { First = (ushort)(port + 1) }, ports => ports.First == 0);
                break;
            case CmpOperation.NFT_CMP_GTE:
                Bound(isSource, ports => ports with { First = port }, ports => ports.First == 0);
                break;
            default:
                throw new IncompatibleRuleException("a comparison that no port passes");
        }
    }

    private void Bound(bool isSource, Func<PortRange, PortRange> bound, Predicate<PortRange> isFree)
    {
        var present = _transport < 0 ? null : PortsOf(_matches[_transport], isSource);
        if (present is { Inverted: false } range && isFree(range.Value))
            Put(_transport, isSource, new(bound(range.Value), false));
        else
            SetPorts(isSource, new(bound(PortRange.All), false));
    }

    private void SetPorts(bool isSource, Negatable<PortRange> ports)
    {
        var place = _rule.Protocol?.Value switch
        {
            Tcp => TransportMatch<TcpMatch>(tcp => PortsOf(tcp, isSource) is null),
            Udp => TransportMatch<UdpMatch>(udp => PortsOf(udp, isSource) is null),
            _ => throw new IncompatibleRuleException("ports of another protocol than TCP and UDP"),
        };
        Put(place, isSource, ports);
    }

    private void Put(int place, bool isSource, Negatable<PortRange> ports) => _matches[place] = (_matches[place], isSource) switch
    {
        (TcpMatch tcp, true) => tcp with { SourcePorts = ports },
        (TcpMatch tcp, false) => tcp with { DestinationPorts = ports },
        (UdpMatch udp, true) => udp with { SourcePorts = ports },
        (UdpMatch udp, false) => udp with { DestinationPorts = ports },
        var (other, _) => other,
    };

    private static Negatable<PortRange>? PortsOf(IptablesMatch match, bool isSource) => match switch
    {
        TcpMatch tcp => isSource ? tcp.SourcePorts : tcp.DestinationPorts,
        UdpMatch udp => isSource ? udp.SourcePorts : udp.DestinationPorts,
        _ => null,
    };

    /// <summary>Where the next comparison goes: into the match that is there when its place in it is free, else into a new one.</summary>
    private int TransportMatch<TMatch>(Predicate<TMatch> isFree)
        where TMatch : IptablesMatch, new()
    {
        if (_transport < 0 || _matches[_transport] is not TMatch present || !isFree(present))
        {
            _transport = _matches.Count;
            _matches.Add(new TMatch());
        }

        return _transport;
    }

    private static bool IsInverted(CmpExpression cmp) => cmp.Operation switch
    {
        CmpOperation.NFT_CMP_EQ => false,
        CmpOperation.NFT_CMP_NEQ => true,
        _ => throw new IncompatibleRuleException("an order where iptables has only equality"),
    };

    private static PortRange Single(ushort port) => new(port, port);

    private static ushort UInt16(NftValue value) => (ushort)((value.Span[0] << 8) | value.Span[1]);

    private static uint UInt32(NftValue value) => BitConverter.ToUInt32(value.Span);
}
