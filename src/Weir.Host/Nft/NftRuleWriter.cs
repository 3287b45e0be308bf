using System.Text;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;
using KernelElement = Weir.Netlink.Nftables.NftElement;
using TextRule = Weir.Rules.Nft.NftRule;
using TextSet = Weir.Rules.Nft.NftSet;

namespace Weir.Host.Nft;

/// <summary>
/// Makes a rule's expressions from its statements: loads what is looked at into registers, adds what a match takes for granted
/// (<c>tcp dport</c> that the packet is TCP), and makes the sets that stand in the rule.
/// </summary>
/// <param name="findSet">A named set of the rule's table; null when there is none.</param>
/// <param name="nextId">Numbers of the batch's own sets.</param>
/// <param name="addChain">Adds a chain without a name with its rules to the batch; gives its number there.</param>
internal sealed class NftRuleWriter(NftFamily family, string table, NftNames names, Func<string, NftSetSpec?> findSet, Func<uint> nextId, Func<IReadOnlyList<NftItem>, uint> addChain)
{
    private const byte TcpNumber = 6;

    /// <summary>No header of one protocol may follow.</summary>
    private const uint SeveralProtocols = 0x100;

    private readonly List<NftExpression> _expressions = [];
    private readonly List<NftAnonymousSet> _sets = [];

    private NftHeader? _link = family == NftFamily.Bridge ? NftHeaders.Ether : null;
    private NftHeader? _network = family switch
    {
        NftFamily.Ip => NftHeaders.Ip,
        NftFamily.Ip6 => NftHeaders.Ip6,
        NftFamily.Arp => NftHeaders.Arp,
        _ => null,
    };

    private uint? _transport;
    private bool _hasTransportMatch;
    private byte? _icmpType;

    internal IReadOnlyList<NftExpression> Expressions => _expressions;

    internal IReadOnlyList<NftAnonymousSet> Sets => _sets;

    private NftElementWriter Elements => new(names, Stateful);

    /// <exception cref="NftRefused">A statement can't be made into expressions.</exception>
    internal void Write(TextRule rule)
    {
        var isOver = false;
        foreach (var statement in rule.Statements)
        {
            if (isOver)
                throw new NftRefused("statement after terminal statement has no effect");
            Write(statement);
            isOver = statement is NftStatement.Verdict { Kind: not "continue" } or NftStatement.AnonymousChain or NftStatement.Reject or NftStatement.Nat or NftStatement.Queue or NftStatement.Fwd;
        }
    }

    /// <summary>A counter, limit or quota: also what elements of sets have.</summary>
    internal static NftExpression Stateful(NftStatement statement) => statement switch
    {
        NftStatement.Counter counter => new CounterExpression(counter.Packets ?? 0, counter.Bytes ?? 0),
        NftStatement.Limit limit => Limit(limit),
        NftStatement.Quota quota => new QuotaExpression(Bytes(quota.Amount, quota.Unit), quota.IsOver ? QuotaFlags.NFT_QUOTA_F_INV : QuotaFlags.None, quota.Used is { } used ? Bytes(used, quota.UsedUnit) : 0),
        NftStatement.ConnectionLimit limit => new ConnlimitExpression(limit.Count, limit.IsOver ? ConnlimitFlags.NFT_CONNLIMIT_F_INV : ConnlimitFlags.None),
        NftStatement.Last last => new LastExpression(NftElementWriter.Time(last.Used)),
        _ => throw new NftRefused($"'{statement}' does not stand in a set"),
    };

    private static LimitExpression Limit(NftStatement.Limit limit)
    {
        const uint packetBurst = 5;
        ulong unit = limit.Per switch
        {
            "second" => 1,
            "minute" => 60,
            "hour" => 3600,
            "day" => 86_400,
            _ => 604_800,
        };
        var isBytes = limit.Unit.Length != 0;
        var burst = limit.Burst is { } value ? isBytes ? Bytes(value, limit.BurstUnit) : value : isBytes ? 0 : packetBurst;
        return new LimitExpression(isBytes ? Bytes(limit.Rate, limit.Unit) : limit.Rate, unit, (uint)Math.Min(burst, uint.MaxValue))
        {
            Type = isBytes ? LimitType.NFT_LIMIT_PKT_BYTES : LimitType.NFT_LIMIT_PKTS,
            Flags = limit.IsOver ? LimitFlags.NFT_LIMIT_F_INV : LimitFlags.None,
        };
    }

    private static ulong Bytes(ulong amount, string unit) => unit switch
    {
        "kbytes" => amount * 1024,
        "mbytes" => amount * 1024 * 1024,
        _ => amount,
    };

    private void Write(NftStatement statement)
    {
        switch (statement)
        {
            case NftStatement.Match match:
                Match(match);
                break;
            case NftStatement.FlagMatch match:
                FlagMatch(match);
                break;
            case NftStatement.VerdictMap map:
                Lookup(map.Key, map.Mappings, NftRegister.NFT_REG_VERDICT, new NftSetSpec([]) { IsMap = true, IsVerdictMap = true });
                break;
            case NftStatement.Assign assign:
                Assign(assign);
                break;
            case NftStatement.Verdict verdict:
                _expressions.Add(ImmediateExpression.Verdict(NftElementWriter.Verdict(verdict.Kind, verdict.Chain)));
                break;
            case NftStatement.AnonymousChain chain:
                _expressions.Add(ImmediateExpression.Verdict(NftElementWriter.Verdict(chain.Kind, "") with { ChainId = addChain(chain.Items) }));
                break;
            case NftStatement.Counter or NftStatement.Limit or NftStatement.Quota or NftStatement.ConnectionLimit or NftStatement.Last:
                _expressions.Add(Stateful(statement));
                break;
            case NftStatement.Object named:
                Object(named);
                break;
            case NftStatement.Log log:
                _expressions.Add(Log(log));
                break;
            case NftStatement.Nat nat:
                Nat(nat);
                break;
            case NftStatement.Tproxy tproxy:
                Tproxy(tproxy);
                break;
            case NftStatement.Reject reject:
                Reject(reject);
                break;
            case NftStatement.Queue queue:
                Queue(queue);
                break;
            case NftStatement.Notrack:
                _expressions.Add(new NotrackExpression());
                break;
            case NftStatement.Dup dup:
                Dup(dup);
                break;
            case NftStatement.Fwd fwd:
                Fwd(fwd);
                break;
            case NftStatement.SetUpdate update:
                Update(update);
                break;
            case NftStatement.FlowAdd flow:
                _expressions.Add(new FlowOffloadExpression(flow.FlowTable));
                break;
            case NftStatement.Synproxy synproxy:
                _expressions.Add(Synproxy(synproxy));
                break;
            default:
                throw new NftRefused($"'{statement}' is not understood");
        }
    }

    private void Match(NftStatement.Match match)
    {
        var term = match.Left;
        if (term is NftTerm.Concatenation)
        {
            Lookup(term, Collapse(match.Right, isConcatenation: true), null, new NftSetSpec([]), match.Operator is "!=");
            return;
        }

        var right = Collapse(match.Right, isConcatenation: false);
        if (term is NftTerm.Operation { Operator: "^", Right: NftTerm.Word mask, Left: not NftTerm.Operation } xor && right is NftTerm.Word value && match.Operator is "" or "==" or "!=")
        {
            // The constant is worked into the other side, as nft does.
            var field = Spec(xor.Left);
            right = new NftTerm.Word((Elements.Value(mask, field) ^ Elements.Value(value, field)).ToString());
            term = xor.Left;
        }

        if (term is NftTerm.Fib { Result: "oif" } fib && right is NftTerm.Word { Text: "exists" or "missing" })
            term = fib with { Result = "check" };
        if (term is NftTerm.Operation { Operator: "<<" or ">>" })
            throw new NftRefused($"'{term}' in a comparison is not covered");
        var (spec, shift) = Load(term, NftRegister.NFT_REG_1, leavesShift: true);
        var isPlainSelector = term is not NftTerm.Operation;
        Compare(match, spec, shift, Spec(term), right, isPlainSelector);
        if (match.Operator is "" or "==" && isPlainSelector && right is NftTerm.Word)
            Learn(term, right, Spec(term));
        else if (term is NftTerm.Payload { Protocol: "icmp" or "icmpv6", Field: "type" } && right is NftTerm.Set { Elements: [{ Key: NftTerm.Word first }, ..] })
            _icmpType = (byte)Elements.Value(first, Spec(term));
        else if (match.Operator is "" or "==" && right is NftTerm.Set several && SaysProtocol(term, several))
            (_transport, _hasTransportMatch) = (SeveralProtocols, true);
    }

    /// <summary>Whether a set of protocols is one that nft knows headers of.</summary>
    private bool SaysProtocol(NftTerm term, NftTerm.Set set) =>
        term is NftTerm.Meta { Key: "l4proto" }
        || (term is NftTerm.Payload { Protocol: "ip", Field: "protocol" } or NftTerm.Payload { Protocol: "ip6", Field: "nexthdr" }
            && set.Elements.Any(element => element.Key is NftTerm.Word word && NftHeaders.Transport((uint)Elements.Value(word, Spec(term))) is not null));

    /// <summary>A set of one plain value is that value.</summary>
    private static NftTerm Collapse(NftTerm right, bool isConcatenation) =>
        !isConcatenation && right is NftTerm.Set { Elements: [{ Data: null, Timeout: null, Comment: null, Statements.Count: 0, IsCatchAll: false } only] } ? only.Key : right;

    private void Compare(NftStatement.Match match, NftSpec spec, int shift, NftSpec field, NftTerm right, bool isPlainSelector)
    {
        switch (right)
        {
            case NftTerm.Set or NftTerm.SetReference:
                LookupLoaded([spec], right, null, new NftSetSpec([]), match.Operator is "!=", shift);
                return;
            case NftTerm.Range range when match.Operator is "" or "==" or "!=":
                CompareRange(match.Operator is "!=", spec, shift, Elements.Interval(range, field));
                return;
            case NftTerm.Prefix prefix when match.Operator is "" or "==" or "!=":
                ComparePrefix(match.Operator is "!=" ? CmpOperation.NFT_CMP_NEQ : CmpOperation.NFT_CMP_EQ, spec, prefix);
                return;
            case NftTerm.Word wildcard when NftElementWriter.IsWildcard(wildcard, spec):
                _expressions.Add(new CmpExpression(Operation(match.Operator), NftValue.Prefix(wildcard.Text[..^1].Replace("\\*", "*", StringComparison.Ordinal))));
                return;
        }

        var value = Elements.Value(right, field) << shift;
        if (spec.Type.Kind == NftDataKind.Bitmask && isPlainSelector && match.Operator is "" or "!")
        {
            Mask(spec, value);
            _expressions.Add(new CmpExpression(match.Operator is "!" ? CmpOperation.NFT_CMP_EQ : CmpOperation.NFT_CMP_NEQ, spec.Encode(0)));
            return;
        }

        var operation = Operation(match.Operator);
        if (operation is CmpOperation.NFT_CMP_LT or CmpOperation.NFT_CMP_LTE or CmpOperation.NFT_CMP_GT or CmpOperation.NFT_CMP_GTE)
            spec = ToNetworkOrder(spec);
        _expressions.Add(new CmpExpression(operation, spec.Encode(value)));
    }

    private static CmpOperation Operation(string name) => name switch
    {
        "" or "==" => CmpOperation.NFT_CMP_EQ,
        "!=" => CmpOperation.NFT_CMP_NEQ,
        "<" => CmpOperation.NFT_CMP_LT,
        "<=" => CmpOperation.NFT_CMP_LTE,
        ">" => CmpOperation.NFT_CMP_GT,
        ">=" => CmpOperation.NFT_CMP_GTE,
        _ => throw new NftRefused($"'{name}' is only for flags"),
    };

    private NftSpec ToNetworkOrder(NftSpec spec, NftRegister register = NftRegister.NFT_REG_1)
    {
        if (!spec.IsHostOrder)
            return spec;
        _expressions.Add(new ByteorderExpression(ByteorderOperation.NFT_BYTEORDER_HTON, (uint)spec.Bytes, (uint)spec.Bytes, register, register));
        return spec.InNetworkOrder;
    }

    private void CompareRange(bool isNot, NftSpec spec, int shift, (UInt128 From, UInt128 To) range)
    {
        spec = ToNetworkOrder(spec);
        var (from, to) = (spec.Encode(range.From << shift), spec.Encode(range.To << shift));
        if (isNot)
        {
            _expressions.Add(new RangeExpression(RangeOperation.NFT_RANGE_NEQ, from, to));
            return;
        }

        _expressions.Add(new CmpExpression(CmpOperation.NFT_CMP_GTE, from));
        _expressions.Add(new CmpExpression(CmpOperation.NFT_CMP_LTE, to));
    }

    private void ComparePrefix(CmpOperation operation, NftSpec spec, NftTerm.Prefix prefix)
    {
        var (from, to) = Elements.Interval(prefix, spec);
        if (from == to)
        {
            _expressions.Add(new CmpExpression(operation, spec.Encode(from)));
            return;
        }

        // Whole bytes are loaded only so far as they count.
        if (prefix.Length > 0 && prefix.Length % 8 == 0 && _expressions[^1] is PayloadExpression load)
        {
            _expressions[^1] = load with { Length = (uint)prefix.Length / 8 };
            _expressions.Add(new CmpExpression(operation, NftValue.Create(spec.ToBytes(from).AsSpan(0, prefix.Length / 8))));
            return;
        }

        Mask(spec, spec.Maximum & ~(from ^ to));
        _expressions.Add(new CmpExpression(operation, spec.Encode(from)));
    }

    private void Mask(NftSpec spec, UInt128 mask, UInt128 xor = default, NftRegister register = NftRegister.NFT_REG_1) =>
        _expressions.Add(new BitwiseExpression((uint)spec.Bytes, spec.Encode(mask), spec.Encode(xor), register, register));

    private void FlagMatch(NftStatement.FlagMatch match)
    {
        var (spec, _) = Load(match.Left, NftRegister.NFT_REG_1, leavesShift: false);
        Mask(spec, Elements.Value(match.Mask, spec));
        _expressions.Add(new CmpExpression(Operation(match.Operator), spec.Encode(Elements.Value(match.Flags, spec))));
    }

    /// <summary>What a match says about the headers that follow.</summary>
    private void Learn(NftTerm term, NftTerm right, NftSpec spec)
    {
        var value = (uint)Elements.Value(right, spec);
        switch (term)
        {
            case NftTerm.Meta { Key: "nfproto" }:
                _network = value == (uint)NftFamily.Ip ? NftHeaders.Ip : NftHeaders.Ip6;
                break;
            case NftTerm.Meta { Key: "protocol" } or NftTerm.Payload { Protocol: "ether" or "vlan", Field: "type" }:
                if (value == NftHeaders.Vlan.Protocol)
                    _link = NftHeaders.Vlan;
                else
                    _network = NftHeaders.Network(value);
                break;
            case NftTerm.Meta { Key: "iiftype" }:
                _link = NftHeaders.Ether;
                break;
            // A number in a header that nft has no name for says nothing to it.
            case NftTerm.Payload { Protocol: "ip", Field: "protocol" } or NftTerm.Payload { Protocol: "ip6", Field: "nexthdr" } when NftHeaders.Transport(value) is null:
                break;
            case NftTerm.Meta { Key: "l4proto" } or NftTerm.Payload { Protocol: "ip", Field: "protocol" } or NftTerm.Payload { Protocol: "ip6", Field: "nexthdr" }:
                _transport = _transport is { } known && known != value ? SeveralProtocols : value;
                _hasTransportMatch = true;
                break;
            case NftTerm.Payload { Protocol: "icmp" or "icmpv6", Field: "type" }:
                _icmpType = (byte)value;
                break;
        }
    }

    /// <summary>The value's form in a register once <see cref="Load"/> has put it there.</summary>
    private NftSpec Spec(NftTerm term)
    {
        switch (term)
        {
            case NftTerm.Payload payload:
                var field = NftHeaders.Find(payload.Protocol)!.Field(payload.Field)!;
                return NftSpec.Of(field.Type, field.Bits);
            case NftTerm.RawPayload raw:
                return NftSpec.Of(NftDataTypes.RawInteger, raw.Length);
            case NftTerm.Meta meta:
                return Key(NftKeys.Find(NftKeys.Meta, meta.Key)!);
            case NftTerm.Ct ct:
                return Key(NftKeys.Find(NftKeys.Ct, ct.Key)!);
            case NftTerm.Socket socket:
                return Key(NftKeys.Find(NftKeys.Socket, socket.Key)!);
            case NftTerm.Route route:
                return Key(NftKeys.Find(NftKeys.Route, route.Key)!);
            case NftTerm.Fib { Result: "type" }:
                return NftSpec.Of(NftDataTypes.FibAddressType);
            case NftTerm.Fib { Result: "oif" }:
                return NftSpec.Of(NftDataTypes.Link);
            case NftTerm.Fib { Result: "oifname" }:
                return NftSpec.Of(NftDataTypes.LinkName);
            case NftTerm.Fib:
                return new NftSpec(NftDataTypes.Boolean, 32, IsHostOrder: true);
            case NftTerm.Numgen or NftTerm.Hash:
                return NftSpec.Of(NftDataTypes.HostInteger, 32);
            case NftTerm.TcpOption option:
                return NftExtensions.TcpOption(option)?.Spec ?? throw new NftRefused($"'{option}' is not covered");
            case NftTerm.ExtensionHeader header:
                return NftExtensions.Header(header)?.Spec ?? throw new NftRefused($"'{header}' is not covered");
            case NftTerm.Operation operation:
                return Spec(operation.Left);
            case NftTerm.Map map:
                return MapData(map)[0];
            default:
                throw new NftRefused($"'{term}' can't be looked at");
        }
    }

    private static NftSpec Key(NftKey key) => NftSpec.Of(key.Type, key.Bits);

    private IReadOnlyList<NftSpec> MapData(NftTerm.Map map) => map.Mappings is NftTerm.SetReference reference
        ? (findSet(reference.Name) ?? throw new NftRefused($"set @{reference.Name} does not exist")).Data
        : throw new NftRefused($"'{map}' gives values of an unknown type here");

    /// <summary>Loads a value into a register, with all that it takes for granted before it.</summary>
    /// <param name="leavesShift">Whether a field that does not end at a byte's end may stay where it lies.</param>
    /// <returns>The value's form, and by how many bits it lies too high.</returns>
    private (NftSpec Spec, int Shift) Load(NftTerm term, NftRegister register, bool leavesShift)
    {
        Require(term);
        return LoadRequired(term, register, leavesShift);
    }

    private (NftSpec Spec, int Shift) LoadRequired(NftTerm term, NftRegister register, bool leavesShift)
    {
        var spec = Spec(term);
        switch (term)
        {
            case NftTerm.Payload payload:
                var header = NftHeaders.Find(payload.Protocol)!;
                return LoadBits(header.Base, header.Field(payload.Field)!.Offset, spec, register, leavesShift);
            case NftTerm.RawPayload raw:
                var start = raw.Base switch
                {
                    "ll" => NftHeaderBase.Link,
                    "nh" => NftHeaderBase.Network,
                    "th" => NftHeaderBase.Transport,
                    _ => NftHeaderBase.Inner,
                };
                return LoadBits(start, raw.Offset, spec, register, leavesShift);
            case NftTerm.Meta meta:
                _expressions.Add(new MetaExpression((MetaKey)NftKeys.Find(NftKeys.Meta, meta.Key)!.Number, register));
                return (spec, 0);
            case NftTerm.Ct ct:
                if (ct.Direction is null && ct.Key is "ip saddr" or "ip daddr" or "ip6 saddr" or "ip6 daddr" && ct.Direction is null)
                    throw new NftRefused($"'{ct}' needs original or reply");
                _expressions.Add(new CtExpression((CtKey)NftKeys.Find(NftKeys.Ct, ct.Key)!.Number, register) { Direction = Direction(ct.Direction) });
                return (spec, 0);
            case NftTerm.Socket socket:
                _expressions.Add(new SocketExpression((SocketKey)NftKeys.Find(NftKeys.Socket, socket.Key)!.Number, register, socket.Level));
                return (spec, 0);
            case NftTerm.Route route:
                _expressions.Add(new RtExpression((RtKey)NftKeys.Find(NftKeys.Route, route.Key)!.Number, register));
                return (spec, 0);
            case NftTerm.Fib fib:
                _expressions.Add(Fib(fib, register));
                return (spec, 0);
            case NftTerm.Numgen numgen:
                _expressions.Add(new NumgenExpression(numgen.Mode == "inc" ? NumgenType.NFT_NG_INCREMENTAL : NumgenType.NFT_NG_RANDOM, numgen.Modulus, numgen.Offset, register));
                return (spec, 0);
            case NftTerm.Hash hash:
                Hash(hash, register);
                return (spec, 0);
            case NftTerm.TcpOption option:
                var place = NftExtensions.TcpOption(option)!.Value;
                _expressions.Add(new ExthdrExpression(ExthdrOperation.NFT_EXTHDR_OP_TCPOPT, place.Type, place.Offset, place.Length, register) { Flags = option.Field is null ? ExthdrFlags.NFT_EXTHDR_F_PRESENT : ExthdrFlags.None });
                return (spec, 0);
            case NftTerm.ExtensionHeader extension:
                var at = NftExtensions.Header(extension)!.Value;
                _expressions.Add(new ExthdrExpression(ExthdrOperation.NFT_EXTHDR_OP_IPV6, at.Type, at.Offset, at.Length, register) { Flags = extension.Field is null ? ExthdrFlags.NFT_EXTHDR_F_PRESENT : ExthdrFlags.None });
                if (at.Shift == 0 && at.Mask == 0)
                    return (spec, 0);
                throw new NftRefused($"'{extension}' is not covered");
            case NftTerm.Operation operation:
                return (Calculate(operation, register), 0);
            case NftTerm.Map map:
                Lookup(map.Key, map.Mappings, register, new NftSetSpec([]) { IsMap = true, Data = [spec] });
                return (spec, 0);
            default:
                throw new NftRefused($"'{term}' can't be loaded");
        }
    }

    private static CtDirection? Direction(string? word) => word switch
    {
        "original" => CtDirection.IP_CT_DIR_ORIGINAL,
        "reply" => CtDirection.IP_CT_DIR_REPLY,
        _ => null,
    };

    private (NftSpec Spec, int Shift) LoadBits(NftHeaderBase start, int offset, NftSpec spec, NftRegister register, bool leavesShift)
    {
        var first = offset / 8;
        var bits = (offset % 8) + spec.Bits;
        var bytes = (bits + 7) / 8;
        var shift = (bytes * 8) - bits;
        _expressions.Add(new PayloadExpression((PayloadBase)start, (uint)first, (uint)bytes, register));
        if (bits % 8 == 0 && offset % 8 == 0)
            return (spec, 0);
        var around = spec with { Bits = bytes * 8 };
        Mask(around, spec.Maximum << shift, 0, register);
        if (shift == 0 || leavesShift)
            return (around, shift);
        Shift(around, BitwiseOperation.NFT_BITWISE_RSHIFT, (uint)shift, register);
        return (around, 0);
    }

    private void Shift(NftSpec spec, BitwiseOperation operation, uint count, NftRegister register) =>
        _expressions.Add(new BitwiseExpression((uint)spec.Bytes, default, default, register, register) { Operation = operation, Data = NftValue.HostUInt32(count) });

    /// <summary>and, or, xor with constants in a row are one mask and one xor; shifts stand for themselves.</summary>
    private NftSpec Calculate(NftTerm.Operation operation, NftRegister register)
    {
        var chain = new Stack<(string Operator, NftTerm Constant)>();
        NftTerm inner = operation;
        while (inner is NftTerm.Operation step)
        {
            chain.Push((step.Operator, step.Right));
            inner = step.Left;
        }

        var (spec, shift) = Load(inner, register, leavesShift: false);
        if (shift != 0)
            throw new NftRefused($"'{operation}' is not covered");
        var all = spec.Maximum;
        (UInt128 Mask, UInt128 Xor)? pending = null;
        while (chain.TryPop(out var step))
        {
            if (step.Operator is "<<" or ">>")
            {
                if (pending is { } before)
                    Mask(spec, before.Mask, before.Xor, register);
                pending = null;
                var count = Elements.Value(step.Constant, NftSpec.Of(NftDataTypes.Integer, 32));
                Shift(spec, step.Operator == "<<" ? BitwiseOperation.NFT_BITWISE_LSHIFT : BitwiseOperation.NFT_BITWISE_RSHIFT, (uint)count, register);
                continue;
            }

            var value = Elements.Value(step.Constant, spec);
            var (mask, xor) = pending ?? (all, 0);
            pending = step.Operator switch
            {
                "&" => (mask & value, xor & value),
                "|" => (mask & ~value & all, (xor & ~value) | value),
                _ => (mask, xor ^ value),
            };
        }

        if (pending is { } rest)
            Mask(spec, rest.Mask, rest.Xor, register);
        return spec;
    }

    private static FibExpression Fib(NftTerm.Fib fib, NftRegister register)
    {
        var flags = fib.Tuple.Aggregate(FibFlags.None, (sum, key) => sum | key switch
        {
            "saddr" => FibFlags.NFTA_FIB_F_SADDR,
            "daddr" => FibFlags.NFTA_FIB_F_DADDR,
            "mark" => FibFlags.NFTA_FIB_F_MARK,
            "iif" => FibFlags.NFTA_FIB_F_IIF,
            _ => FibFlags.NFTA_FIB_F_OIF,
        });
        return fib.Result switch
        {
            "oif" => new FibExpression(FibResult.NFT_FIB_RESULT_OIF, flags, register),
            "oifname" => new FibExpression(FibResult.NFT_FIB_RESULT_OIFNAME, flags, register),
            "type" => new FibExpression(FibResult.NFT_FIB_RESULT_ADDRTYPE, flags, register),
            _ => new FibExpression(FibResult.NFT_FIB_RESULT_OIF, flags | FibFlags.NFTA_FIB_F_PRESENT, register),
        };
    }

    private void Hash(NftTerm.Hash hash, NftRegister register)
    {
        if (hash.Key is null)
        {
            _expressions.Add(new HashExpression(HashType.NFT_HASH_SYM, hash.Modulus, hash.Offset, register));
            return;
        }

        // The key is loaded one register of 16 bytes further.
        var source = register == NftRegister.NFT_REG_1 ? NftRegister.NFT_REG_2 : NftRegister.NFT_REG_3;
        var key = LoadAll(hash.Key, source);
        var length = key.Count > 1 ? key.Sum(field => field.PaddedBytes) : key[0].Bytes;
        _expressions.Add(new HashExpression(HashType.NFT_HASH_JENKINS, hash.Modulus, hash.Offset, register) { Source = source, Length = (uint)length, Seed = hash.Seed });
    }

    /// <summary>Loads a key, or the fields of a concatenation one behind the other.</summary>
    private List<NftSpec> LoadAll(NftTerm term, NftRegister register, Func<int, bool>? inNetworkOrder = null)
    {
        var parts = NftElementWriter.Parts(term);
        foreach (var part in parts)
            Require(part);
        var specs = new List<NftSpec>();
        var at = Word(register);
        for (var i = 0; i < parts.Count; i++)
        {
            var target = parts.Count == 1 ? register : (NftRegister)at;
            var (spec, _) = LoadRequired(parts[i], target, leavesShift: false);
            specs.Add(inNetworkOrder?.Invoke(i) == true ? ToNetworkOrder(spec, target) with { IsHostOrder = spec.IsHostOrder } : spec);
            at += (uint)(spec.PaddedBytes / 4);
        }

        if (at > (uint)NftRegister.NFT_REG32_15 + 1)
            throw new NftRefused($"'{term}' is longer than the kernel's registers");
        return specs;
    }

    /// <summary>The number of a register's first four bytes.</summary>
    private static uint Word(NftRegister register) => register is >= NftRegister.NFT_REG_1 and <= NftRegister.NFT_REG_4
        ? (uint)NftRegister.NFT_REG32_00 + (((uint)register - 1) * 4)
        : (uint)register;

    private void Lookup(NftTerm key, NftTerm mappings, NftRegister? destination, NftSetSpec data, bool isNot = false)
    {
        if (key is NftTerm.Map or NftTerm.Operation or NftTerm.Concatenation)
            Require(key);
        var isInterval = mappings switch
        {
            NftTerm.SetReference reference => findSet(reference.Name)?.IsInterval ?? throw new NftRefused($"set @{reference.Name} does not exist"),
            NftTerm.Set set => NftElementWriter.NeedsInterval(set.Elements, [.. NftElementWriter.Parts(key).Select(Spec)]),
            _ => throw new NftRefused($"'{mappings}' is no set"),
        };
        if (key is NftTerm.Concatenation)
        {
            var fields = LoadAll(key, NftRegister.NFT_REG_1, _ => isInterval);
            LookupLoaded(fields, mappings, destination, data, isNot, 0, isConverted: true);
            return;
        }

        var (spec, shift) = Load(key, NftRegister.NFT_REG_1, leavesShift: mappings is NftTerm.Set);
        LookupLoaded([spec], mappings, destination, data, isNot, shift);
    }

    private void LookupLoaded(List<NftSpec> key, NftTerm right, NftRegister? destination, NftSetSpec data, bool isNot, int shift, bool isConverted = false)
    {
        var flags = isNot ? LookupFlags.NFT_LOOKUP_F_INV : LookupFlags.None;
        if (right is NftTerm.SetReference reference)
        {
            var named = findSet(reference.Name) ?? throw new NftRefused($"set @{reference.Name} does not exist");
            if (shift != 0)
                Shift(key[0], BitwiseOperation.NFT_BITWISE_RSHIFT, (uint)shift, NftRegister.NFT_REG_1);
            if (named.Key.Count != key.Count)
                throw new NftRefused($"set @{reference.Name} has {named.Key.Count} fields, the rule looks up {key.Count}");
            if (named.Key.Zip(key).Any(pair => pair.First.Type.Number != pair.Second.Type.Number))
                throw new NftRefused($"datatype mismatch, expected {string.Join(" . ", named.Key.Select(field => field.Type.Name))}, expression has type {string.Join(" . ", key.Select(field => field.Type.Name))}");
            if (named.IsInterval && !isConverted)
                ToNetworkOrder(key[0]);
            _expressions.Add(new LookupExpression(reference.Name) { Destination = destination, Flags = flags });
            return;
        }

        var set = right as NftTerm.Set ?? throw new NftRefused($"'{right}' is no set");
        if (set.Elements.Count == 0)
            throw new NftRefused("a set without elements");
        var spec = data with { Key = key, IsInterval = NftElementWriter.NeedsInterval(set.Elements, key) };
        if (spec.IsMap && !spec.IsVerdictMap && set.Elements.Any(element => NftElementWriter.Parts(element.Data ?? element.Key).Any(part => part is NftTerm.Range or NftTerm.Prefix)))
            spec = spec with { DataIsInterval = true };
        if (spec.IsInterval && !isConverted)
            ToNetworkOrder(key[0]);
        var elements = shift == 0 ? Elements.Write(spec, set.Elements, merges: !spec.IsMap, addsFirst: true, isAnonymous: true) : Shifted(spec, set, shift);
        var id = AddSet(spec, elements);
        _expressions.Add(new LookupExpression(spec.IsMap ? "__map%d" : "__set%d") { SetId = id, Destination = destination, Flags = flags });
    }

    private List<KernelElement> Shifted(NftSetSpec spec, NftTerm.Set set, int shift)
    {
        if (spec.IsInterval)
            throw new NftRefused("ranges of a field that lies across bytes are not covered");
        var field = spec.Key[0];
        var values = Elements.Write(spec with { Key = [field] }, set.Elements, merges: false, addsFirst: false);
        return [.. values.Select(element => element with { Key = field.Encode(field.Decode(element.Key.Span) << shift) })];
    }

    private uint AddSet(NftSetSpec spec, List<KernelElement> elements)
    {
        var id = nextId();
        var flags = NftSetFlags.NFT_SET_ANONYMOUS | NftSetFlags.NFT_SET_CONSTANT
            | (spec.IsInterval ? NftSetFlags.NFT_SET_INTERVAL : 0)
            | (spec is { IsInterval: true, IsConcatenation: true } ? NftSetFlags.NFT_SET_CONCAT : 0)
            | (spec.IsMap ? spec.Objects == NftObjectType.NFT_OBJECT_UNSPEC ? NftSetFlags.NFT_SET_MAP : NftSetFlags.NFT_SET_OBJECT : 0);
        _sets.Add(new NftAnonymousSet(
            new Weir.Netlink.Nftables.NftSet
            {
                Family = family,
                Table = table,
                Name = spec.IsMap ? "__map%d" : "__set%d",
                Flags = flags,
                KeyType = spec.KeyType,
                KeyLength = spec.KeyLength,
                DataType = spec.IsMap && spec.Objects == NftObjectType.NFT_OBJECT_UNSPEC ? spec.DataType : 0,
                DataLength = spec.IsMap && !spec.IsVerdictMap && spec.Objects == NftObjectType.NFT_OBJECT_UNSPEC ? spec.DataLength : 0,
                ObjectType = spec.Objects,
                Size = (uint)elements.Count,
                FieldLengths = spec is { IsConcatenation: true, IsInterval: true } ? [.. spec.Key.Select(field => (uint)field.Bytes)] : [],
                UserData = NftSetUserData.ByteOrders(spec),
                Id = id,
            },
            elements));
        return id;
    }

    /// <summary>Adds what a selector takes for granted: the headers below it.</summary>
    private void Require(NftTerm term)
    {
        switch (term)
        {
            case NftTerm.Payload payload:
                RequireHeader(payload);
                break;
            case NftTerm.Meta { Key: "nfproto" } when family is NftFamily.Ip or NftFamily.Ip6 or NftFamily.Arp:
                throw new NftRefused("meta nfproto is only useful in the inet family");
            case NftTerm.ExtensionHeader:
                RequireNetwork(NftHeaders.Ip6);
                break;
            case NftTerm.Operation operation:
                Require(operation.Left);
                break;
            case NftTerm.Map map:
                Require(map.Key);
                break;
            case NftTerm.Concatenation concatenation:
                foreach (var part in concatenation.Parts)
                    Require(part);
                break;
        }
    }

    private void RequireHeader(NftTerm.Payload payload)
    {
        var header = NftHeaders.Find(payload.Protocol)!;
        switch (header.Base)
        {
            case NftHeaderBase.Link:
                RequireLink(header);
                break;
            case NftHeaderBase.Network:
                RequireNetwork(header);
                break;
            default:
                if (header == NftHeaders.Th)
                    return;
                if (_network is null && (header == NftHeaders.Icmp || header == NftHeaders.Igmp))
                    RequireNetwork(NftHeaders.Ip, isLink: family == NftFamily.Bridge);
                else if (_network is null && header == NftHeaders.Icmp6)
                    RequireNetwork(NftHeaders.Ip6, isLink: family == NftFamily.Bridge);
                RequireTransport(header.Protocol);
                RequireMessage(header, header.Field(payload.Field)!);
                break;
        }
    }

    private void RequireLink(NftHeader header)
    {
        if (_link is null)
        {
            const ushort ethernet = 1;
            Expect(new MetaExpression(MetaKey.NFT_META_IIFTYPE), NftValue.HostUInt16(ethernet));
            _link = NftHeaders.Ether;
        }

        if (header == NftHeaders.Vlan && _link != NftHeaders.Vlan)
        {
            Expect(new PayloadExpression(PayloadBase.NFT_PAYLOAD_LL_HEADER, 12, 2), NftValue.NetworkUInt16((ushort)header.Protocol));
            _link = NftHeaders.Vlan;
        }
    }

    private void RequireNetwork(NftHeader header, bool isLink = false)
    {
        if (_network == header)
            return;
        if (_network is not null)
            throw new NftRefused($"conflicting protocols specified: {_network.Name} vs. {header.Name}");
        if (family == NftFamily.Inet)
        {
            if (header == NftHeaders.Arp)
                throw new NftRefused("conflicting protocols specified: inet vs. arp");
            Expect(new MetaExpression(MetaKey.NFT_META_NFPROTO), NftValue.UInt8((byte)(header == NftHeaders.Ip ? NftFamily.Ip : NftFamily.Ip6)));
        }
        else if (_link == NftHeaders.Vlan)
        {
            Expect(new PayloadExpression(PayloadBase.NFT_PAYLOAD_LL_HEADER, 16, 2), NftValue.NetworkUInt16((ushort)header.Protocol));
        }
        else if (isLink || (family == NftFamily.Bridge && header == NftHeaders.Arp))
        {
            Expect(new PayloadExpression(PayloadBase.NFT_PAYLOAD_LL_HEADER, 12, 2), NftValue.NetworkUInt16((ushort)header.Protocol));
        }
        else
        {
            Expect(new MetaExpression(MetaKey.NFT_META_PROTOCOL), NftValue.NetworkUInt16((ushort)header.Protocol));
        }

        _network = header;
    }

    private void RequireTransport(uint protocol)
    {
        if (_transport == protocol)
            return;
        if (_transport is { } other)
            throw new NftRefused($"conflicting protocols specified: {NftHeaders.Transport(other)?.Name ?? "unknown"} vs. {NftHeaders.Transport(protocol)?.Name}");
        Expect(new MetaExpression(MetaKey.NFT_META_L4PROTO), NftValue.UInt8((byte)protocol));
        _transport = protocol;
        _hasTransportMatch = true;
    }

    private void RequireMessage(NftHeader header, NftField field)
    {
        if (field.MessageTypes.Count == 0)
            return;
        if (_icmpType is { } type)
        {
            if (!field.MessageTypes.Contains(type))
                throw new NftRefused($"conflicting statements: {header.Name} {field.Name} does not stand in a message of type {type}");
            return;
        }

        var spec = NftSpec.Of(NftDataTypes.IcmpType);
        _expressions.Add(new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1));
        _icmpType = field.MessageTypes[0];
        if (field.MessageTypes.Count == 1)
        {
            _expressions.Add(new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.UInt8(field.MessageTypes[0])));
            return;
        }

        var set = new NftSetSpec([NftSpec.Of(header.Field("type")!.Type, spec.Bits)]);
        var id = AddSet(set, [.. field.MessageTypes.Select(value => new KernelElement { Key = NftValue.UInt8(value) })]);
        _expressions.Add(new LookupExpression("__set%d") { SetId = id });
    }

    private void Expect(NftExpression load, NftValue value)
    {
        _expressions.Add(load);
        _expressions.Add(new CmpExpression(CmpOperation.NFT_CMP_EQ, value));
    }

    /// <summary>Puts a value into a register: a constant, something of the packet, or what a map gives.</summary>
    private void Put(NftTerm term, IReadOnlyList<NftSpec> wanted, NftRegister register)
    {
        switch (term)
        {
            case NftTerm.Map map:
                Lookup(map.Key, map.Mappings, register, new NftSetSpec([]) { IsMap = true, Data = wanted });
                break;
            case var constant when IsConstant(constant):
                _expressions.Add(new ImmediateExpression(wanted[0].Encode(Elements.Value(term, wanted[0])), register));
                break;
            default:
                var (spec, _) = Load(term, register, leavesShift: false);
                if (spec.Type.Number != wanted[0].Type.Number && !(spec.Type.Number == NftDataTypes.Integer.Number && spec.Bytes == wanted[0].Bytes))
                    throw new NftRefused($"datatype mismatch: expected {wanted[0].Type.Name}, expression has type {spec.Type.Name}");
                break;
        }
    }

    private static bool IsConstant(NftTerm term) => term is NftTerm.Word or NftTerm.List or NftTerm.Verdict || (term is NftTerm.Operation operation && IsConstant(operation.Left) && IsConstant(operation.Right));

    private void Assign(NftStatement.Assign assign)
    {
        switch (assign.Target)
        {
            case NftTerm.Meta meta:
                var key = NftKeys.Find(NftKeys.Meta, meta.Key)!;
                if (meta.Key is not ("mark" or "priority" or "pkttype" or "nftrace" or "broute"))
                    throw new NftRefused($"'{assign.Target}' can't be set");
                Put(assign.Value, [Key(key)], NftRegister.NFT_REG_1);
                _expressions.Add(new MetaSetExpression((MetaKey)key.Number));
                break;
            case NftTerm.Ct ct:
                var ctKey = NftKeys.Find(NftKeys.Ct, ct.Key)!;
                if (ct.Key is not ("mark" or "zone" or "event"))
                    throw new NftRefused($"'{assign.Target}' can't be set");
                Put(assign.Value, [Key(ctKey)], NftRegister.NFT_REG_1);
                _expressions.Add(new CtSetExpression((CtKey)ctKey.Number) { Direction = Direction(ct.Direction) });
                break;
            case NftTerm.Payload payload:
                SetPayload(payload, assign.Value);
                break;
            case NftTerm.TcpOption { Field: not null } option:
                Require(option);
                var place = NftExtensions.TcpOption(option) ?? throw new NftRefused($"'{option}' is not covered");
                Put(assign.Value, [place.Spec], NftRegister.NFT_REG_1);
                _expressions.Add(new ExthdrSetExpression(ExthdrOperation.NFT_EXTHDR_OP_TCPOPT, place.Type, place.Offset, place.Length));
                break;
            default:
                throw new NftRefused($"'{assign.Target}' can't be set");
        }
    }

    /// <summary>
    /// Writes into a header. A checksum over the header goes with it, and a field that is not of whole pairs of bytes is put between the
    /// bits around it: nft 1.0.6 src/evaluate.c stmt_evaluate_payload.
    /// </summary>
    private void SetPayload(NftTerm.Payload payload, NftTerm value)
    {
        Require(payload);
        var header = NftHeaders.Find(payload.Protocol)!;
        var field = header.Field(payload.Field)!;
        var spec = NftSpec.Of(field.Type, field.Bits);
        var checksum = header.Field("checksum");
        var hasInternetChecksum = checksum is not null && header != NftHeaders.Sctp;
        var isWhole = field.Offset % 8 == 0 && field.Bits % 8 == 0;
        if (isWhole && (!hasInternetChecksum || (field.Bits % 16 == 0 && field.Offset % 16 == 0)))
        {
            Put(value, [spec], NftRegister.NFT_REG_1);
            AddWrite(header, checksum, hasInternetChecksum, field.Offset / 8, spec.Bytes, field);
            return;
        }

        if (value is not (NftTerm.Word or NftTerm.List))
            throw new NftRefused($"'{payload} set {value}' is not covered");
        var first = field.Offset / 8;
        var end = (field.Offset + field.Bits + 7) / 8;
        if (hasInternetChecksum || header == NftHeaders.Ip6)
        {
            first = first / 2 * 2;
            end = (end + 1) / 2 * 2;
        }

        var around = spec with { Bits = (end - first) * 8, IsHostOrder = false };
        var shift = (end * 8) - field.Offset - field.Bits;
        _expressions.Add(new PayloadExpression((PayloadBase)header.Base, (uint)first, (uint)around.Bytes));
        Mask(around, around.Maximum & ~(spec.Maximum << shift), Elements.Value(value, spec) << shift);
        AddWrite(header, checksum, hasInternetChecksum, first, around.Bytes, field);
    }

    private void AddWrite(NftHeader header, NftField? checksum, bool hasInternetChecksum, int offset, int length, NftField field)
    {
        var isAddress = header.Base == NftHeaderBase.Network && field.Name is "saddr" or "daddr" && header.Base == NftHeaderBase.Network;
        _expressions.Add(new PayloadSetExpression((PayloadBase)header.Base, (uint)offset, (uint)length)
        {
            Checksum = hasInternetChecksum ? PayloadChecksum.NFT_PAYLOAD_CSUM_INET : PayloadChecksum.NFT_PAYLOAD_CSUM_NONE,
            ChecksumOffset = hasInternetChecksum ? (uint)checksum!.Offset / 8 : 0,
            ChecksumFlags = isAddress ? PayloadChecksumFlags.NFT_PAYLOAD_L4CSUM_PSEUDOHDR : 0,
        });
    }

    private void Object(NftStatement.Object named)
    {
        var type = NftObjects.Type(named.Kind) ?? throw new NftRefused($"'{named.Kind}' is no object");
        if (named.Name is NftTerm.Word word)
        {
            _expressions.Add(new ObjrefExpression(type, word.Text));
            return;
        }

        var map = named.Name as NftTerm.Map ?? throw new NftRefused($"'{named.Name}' is no object's name");
        var data = new NftSetSpec([]) { IsMap = true, Objects = type };
        Lookup(map.Key, map.Mappings, null, data);
        var lookup = (LookupExpression)_expressions[^1];
        _expressions[^1] = new ObjrefExpression(NftObjectType.NFT_OBJECT_UNSPEC, "") { Set = lookup.Set, SetId = lookup.SetId, Source = lookup.Source };
    }

    private static LogExpression Log(NftStatement.Log log)
    {
        var flags = LogFlags.None;
        foreach (var flag in log.Flags)
        {
            flags |= flag switch
            {
                "all" => LogFlags.NF_LOG_TCPSEQ | LogFlags.NF_LOG_TCPOPT | LogFlags.NF_LOG_IPOPT | LogFlags.NF_LOG_UID | LogFlags.NF_LOG_MACDECODE,
                "tcp sequence" => LogFlags.NF_LOG_TCPSEQ,
                "tcp options" => LogFlags.NF_LOG_TCPOPT,
                "tcp sequence,options" or "tcp options,sequence" => LogFlags.NF_LOG_TCPSEQ | LogFlags.NF_LOG_TCPOPT,
                "ip options" => LogFlags.NF_LOG_IPOPT,
                "skuid" => LogFlags.NF_LOG_UID,
                "ether" => LogFlags.NF_LOG_MACDECODE,
                _ => throw new NftRefused($"'{flag}' is no flag of log"),
            };
        }

        LogLevel? level = log.Level switch
        {
            null => null,
            "emerg" => LogLevel.NFT_LOGLEVEL_EMERG,
            "alert" => LogLevel.NFT_LOGLEVEL_ALERT,
            "crit" => LogLevel.NFT_LOGLEVEL_CRIT,
            "err" => LogLevel.NFT_LOGLEVEL_ERR,
            "warn" => LogLevel.NFT_LOGLEVEL_WARNING,
            "notice" => LogLevel.NFT_LOGLEVEL_NOTICE,
            "info" => LogLevel.NFT_LOGLEVEL_INFO,
            "debug" => LogLevel.NFT_LOGLEVEL_DEBUG,
            "audit" => LogLevel.NFT_LOGLEVEL_AUDIT,
            _ => throw new NftRefused($"'{log.Level}' is no log level"),
        };
        if (log.Group is not null && (level is not null || flags != LogFlags.None))
            throw new NftRefused("level and group are mutually exclusive");
        return new LogExpression
        {
            Prefix = log.Prefix ?? "",
            Group = (ushort?)log.Group,
            SnapLength = log.SnapLength,
            QueueThreshold = (ushort?)log.QueueThreshold,
            Level = level,
            Flags = flags,
        };
    }

    private void Nat(NftStatement.Nat nat)
    {
        var flags = nat.Flags.Aggregate((NatFlags)0, (sum, flag) => sum | flag switch
        {
            "random" => NatFlags.NF_NAT_RANGE_PROTO_RANDOM,
            "fully-random" => NatFlags.NF_NAT_RANGE_PROTO_RANDOM_FULLY,
            _ => NatFlags.NF_NAT_RANGE_PERSISTENT,
        });
        NftRegister? address = null, addressEnd = null, port = null, portEnd = null;
        var addressFamily = nat.Family switch
        {
            "ip" => NftFamily.Ip,
            "ip6" => NftFamily.Ip6,
            _ => family,
        };
        var next = 1u;
        if (nat.Kind is "snat" or "dnat")
        {
            if (nat.Address is null && nat.Port is null)
                throw new NftRefused($"{nat.Kind} needs an address or a port");
            if (nat.Address is not null && addressFamily is not (NftFamily.Ip or NftFamily.Ip6))
                throw new NftRefused("ip or ip6 must be specified with address for inet tables.");
        }

        if (nat.Address is { } term)
        {
            var spec = NftSpec.Of(addressFamily == NftFamily.Ip6 ? NftDataTypes.IPv6 : NftDataTypes.IPv4);
            if (term is NftTerm.Map map)
            {
                var data = NatData(map, spec);
                if (data.Data.Count > 1 && !_hasTransportMatch)
                    throw new NftRefused("transport protocol mapping is only valid after transport protocol match");
                Lookup(map.Key, map.Mappings, NftRegister.NFT_REG_1, data);
                var isInterval = data.DataIsInterval || (map.Mappings is NftTerm.SetReference reference && findSet(reference.Name)!.DataIsInterval);
                var words = (uint)spec.PaddedBytes / 4;
                address = NftRegister.NFT_REG_1;
                if (data.Data.Count > 1)
                {
                    var second = (NftRegister)(Word(NftRegister.NFT_REG_1) + words);
                    port = second;
                    if (isInterval)
                    {
                        addressEnd = (NftRegister)((uint)second + 1);
                        portEnd = (NftRegister)((uint)second + 1 + words);
                    }
                }
                else if (isInterval)
                {
                    addressEnd = (NftRegister)(Word(NftRegister.NFT_REG_1) + words);
                    if (nat.IsPrefix)
                        flags |= NatFlags.NF_NAT_RANGE_NETMAP;
                }

                next = 2;
            }
            else if (term is NftTerm.Range or NftTerm.Prefix)
            {
                var (from, to) = Elements.Interval(term, spec);
                address = Immediate(spec, from, next++);
                addressEnd = Immediate(spec, to, next++);
                if (nat.IsPrefix)
                    flags |= NatFlags.NF_NAT_RANGE_NETMAP;
            }
            else
            {
                Put(term, [spec], (NftRegister)next);
                address = (NftRegister)next++;
            }
        }

        if (nat.Port is { } portTerm)
        {
            if (!_hasTransportMatch)
                throw new NftRefused("transport protocol mapping is only valid after transport protocol match");
            var spec = NftSpec.Of(NftDataTypes.Service);
            if (portTerm is NftTerm.Range range)
            {
                var (from, to) = Elements.Interval(range, spec);
                port = Immediate(spec, from, next++);
                portEnd = Immediate(spec, to, next);
            }
            else
            {
                Put(portTerm, [spec], (NftRegister)next);
                port = (NftRegister)next;
            }

            flags |= NatFlags.NF_NAT_RANGE_PROTO_SPECIFIED;
        }

        _expressions.Add(nat.Kind switch
        {
            "masquerade" => new MasqExpression { Flags = flags, Port = port, PortEnd = portEnd },
            "redirect" => new RedirExpression { Flags = flags, Port = port, PortEnd = portEnd },
            _ => new NatExpression(nat.Kind == "snat" ? NatType.NFT_NAT_SNAT : NatType.NFT_NAT_DNAT, addressFamily)
            {
                Address = address,
                AddressEnd = addressEnd,
                Port = port,
                PortEnd = portEnd,
                Flags = flags,
            },
        });
    }

    /// <summary>A map that nat takes its address from may give a port with it.</summary>
    private NftSetSpec NatData(NftTerm.Map map, NftSpec address)
    {
        var data = new NftSetSpec([]) { IsMap = true, Data = [address] };
        if (map.Mappings is NftTerm.SetReference reference)
        {
            var named = findSet(reference.Name) ?? throw new NftRefused($"set @{reference.Name} does not exist");
            return data with { Data = named.Data };
        }

        var set = (NftTerm.Set)map.Mappings;
        if (set.Elements.Any(element => element.Data is NftTerm.Concatenation))
            data = data with { Data = [address, NftSpec.Of(NftDataTypes.Service)] };
        return data with { DataIsInterval = set.Elements.Any(element => NftElementWriter.Parts(element.Data ?? element.Key).Any(part => part is NftTerm.Range or NftTerm.Prefix)) };
    }

    private NftRegister Immediate(NftSpec spec, UInt128 value, uint register)
    {
        _expressions.Add(new ImmediateExpression(spec.Encode(value), (NftRegister)register));
        return (NftRegister)register;
    }

    private void Tproxy(NftStatement.Tproxy tproxy)
    {
        if (!_hasTransportMatch)
            throw new NftRefused("Transparent proxy support requires transport protocol match.");
        if (tproxy.Address is null && tproxy.Port is null)
            throw new NftRefused("Either address or port must be specified!");
        var target = tproxy.Family switch
        {
            "ip" => NftFamily.Ip,
            "ip6" => NftFamily.Ip6,
            _ => family == NftFamily.Inet ? NftFamily.Unspecified : family,
        };
        if (target == NftFamily.Unspecified && tproxy.Address is not null)
            throw new NftRefused("ip or ip6 must be specified with address for inet tables.");
        NftRegister? address = null, port = null;
        var next = 1u;
        if (tproxy.Address is { } addressTerm)
        {
            Put(addressTerm, [NftSpec.Of(target == NftFamily.Ip6 ? NftDataTypes.IPv6 : NftDataTypes.IPv4)], (NftRegister)next);
            address = (NftRegister)next++;
        }

        if (tproxy.Port is { } portTerm)
        {
            Put(portTerm, [NftSpec.Of(NftDataTypes.Service)], (NftRegister)next);
            port = (NftRegister)next;
        }

        _expressions.Add(new TproxyExpression(target, port, address));
    }

    private void Reject(NftStatement.Reject reject)
    {
        if (reject.With == "tcp reset")
        {
            RequireFirst(() => RequireTransport(TcpNumber));
            _expressions.Add(new RejectExpression(RejectType.NFT_REJECT_TCP_RST, 0));
            return;
        }

        var isInet = family is NftFamily.Inet or NftFamily.Bridge or NftFamily.Netdev;
        var with = reject.With;
        var code = reject.Code;
        if (with.Length == 0)
        {
            with = family == NftFamily.Ip || (isInet && _network == NftHeaders.Ip) ? "icmp" : family == NftFamily.Ip6 || (isInet && _network == NftHeaders.Ip6) ? "icmpv6" : "icmpx";
            code = "port-unreachable";
        }

        var type = with switch
        {
            "icmp" => NftDataTypes.IcmpCode,
            "icmpv6" => NftDataTypes.Icmp6Code,
            _ => NftDataTypes.IcmpxCode,
        };
        var value = (byte)Elements.Value(new NftTerm.Word(code ?? ""), NftSpec.Of(type));
        if (with == "icmp")
            RequireFirst(() => RequireNetwork(NftHeaders.Ip, isLink: family == NftFamily.Bridge));
        else if (with == "icmpv6")
            RequireFirst(() => RequireNetwork(NftHeaders.Ip6, isLink: family == NftFamily.Bridge));
        else if (!isInet)
            throw new NftRefused("icmpx is only for inet, bridge and netdev tables");
        _expressions.Add(new RejectExpression(with == "icmpx" ? RejectType.NFT_REJECT_ICMPX_UNREACH : RejectType.NFT_REJECT_ICMP_UNREACH, value));
    }

    /// <summary>What reject takes for granted holds for the whole rule: nothing may be logged or counted of other packets.</summary>
    private void RequireFirst(Action require)
    {
        var count = _expressions.Count;
        require();
        var added = _expressions.GetRange(count, _expressions.Count - count);
        _expressions.RemoveRange(count, added.Count);
        _expressions.InsertRange(0, added);
    }

    private void Queue(NftStatement.Queue queue)
    {
        var flags = queue.Flags.Aggregate(QueueFlags.None, (sum, flag) => sum | (flag == "bypass" ? QueueFlags.NFT_QUEUE_FLAG_BYPASS : QueueFlags.NFT_QUEUE_FLAG_CPU_FANOUT));
        var spec = NftSpec.Of(NftDataTypes.Integer, 16);
        switch (queue.Number)
        {
            case null:
                _expressions.Add(new QueueExpression(0, 1, flags));
                break;
            case NftTerm.Word or NftTerm.Range:
                var (from, to) = Elements.Interval(queue.Number, spec);
                _expressions.Add(new QueueExpression((ushort)from, (ushort)(to - from + 1), flags));
                break;
            default:
                Load(queue.Number, NftRegister.NFT_REG_1, leavesShift: false);
                _expressions.Add(new QueueExpression(0, 0, flags) { NumberRegister = NftRegister.NFT_REG_1 });
                break;
        }
    }

    private void Dup(NftStatement.Dup dup)
    {
        var address = NftSpec.Of(family switch
        {
            NftFamily.Ip6 => NftDataTypes.IPv6,
            NftFamily.Netdev => NftDataTypes.Link,
            _ => NftDataTypes.IPv4,
        });
        Put(dup.To, [address], NftRegister.NFT_REG_1);
        if (family == NftFamily.Netdev)
        {
            _expressions.Add(new DupExpression(null, NftRegister.NFT_REG_1));
            return;
        }

        if (dup.Device is not null)
            Put(dup.Device, [NftSpec.Of(NftDataTypes.Link)], NftRegister.NFT_REG_2);
        _expressions.Add(new DupExpression(NftRegister.NFT_REG_1, dup.Device is null ? null : NftRegister.NFT_REG_2));
    }

    private void Fwd(NftStatement.Fwd fwd)
    {
        Put(fwd.Device, [NftSpec.Of(NftDataTypes.Link)], NftRegister.NFT_REG_1);
        if (fwd.Address is null)
        {
            _expressions.Add(new FwdExpression());
            return;
        }

        var isSix = fwd.Family == "ip6";
        Put(fwd.Address, [NftSpec.Of(isSix ? NftDataTypes.IPv6 : NftDataTypes.IPv4)], NftRegister.NFT_REG_2);
        _expressions.Add(new FwdExpression(NftRegister.NFT_REG_1, NftRegister.NFT_REG_2, isSix ? NftFamily.Ip6 : NftFamily.Ip));
    }

    private void Update(NftStatement.SetUpdate update)
    {
        var set = findSet(update.Set) ?? throw new NftRefused($"set @{update.Set} does not exist");
        var key = update.Element.Key;
        var isConstant = NftElementWriter.Parts(key).All(part => part is NftTerm.Word);
        uint next;
        if (isConstant)
        {
            var parts = NftElementWriter.Parts(key);
            _expressions.Add(new ImmediateExpression(Elements.Join(set.Key, [.. parts.Select((part, i) => Elements.Value(part, set.Key[i]))])));
            next = Word(NftRegister.NFT_REG_1) + (uint)set.Key.Sum(field => field.PaddedBytes / 4);
        }
        else
        {
            var specs = LoadAll(key, NftRegister.NFT_REG_1, _ => set is { IsInterval: true, IsConcatenation: true });
            next = Word(NftRegister.NFT_REG_1) + (uint)specs.Sum(field => field.PaddedBytes / 4);
        }

        NftRegister? data = null;
        if (update.Element.Data is { } value)
        {
            // nft puts the data into the next whole register.
            data = (NftRegister)(((next - (uint)NftRegister.NFT_REG32_00 + 3) / 4) + 1);
            Put(value, set.Data, data.Value);
        }

        _expressions.Add(new DynsetExpression(update.Set, update.Operation switch
        {
            "add" => DynsetOperation.NFT_DYNSET_OP_ADD,
            "update" => DynsetOperation.NFT_DYNSET_OP_UPDATE,
            _ => DynsetOperation.NFT_DYNSET_OP_DELETE,
        })
        {
            Data = data,
            Timeout = NftElementWriter.Time(update.Element.Timeout),
            Expressions = [.. update.Element.Statements.Select(Stateful)],
            Flags = update.Element.Statements.Count > 0 ? DynsetFlags.NFT_DYNSET_F_EXPR : DynsetFlags.None,
        });
    }

    private static SynproxyExpression Synproxy(NftStatement.Synproxy synproxy)
    {
        var flags = (synproxy.Mss is null ? 0 : SynproxyFlags.NF_SYNPROXY_OPT_MSS) | (synproxy.WindowScale is null ? 0 : SynproxyFlags.NF_SYNPROXY_OPT_WSCALE)
            | (synproxy.Timestamp ? SynproxyFlags.NF_SYNPROXY_OPT_TIMESTAMP : 0) | (synproxy.SackPermitted ? SynproxyFlags.NF_SYNPROXY_OPT_SACK_PERM : 0);
        return new SynproxyExpression((ushort)(synproxy.Mss ?? 0), (byte)(synproxy.WindowScale ?? 0), flags);
    }
}
