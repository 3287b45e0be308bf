using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft;

/// <summary>
/// Makes statements of a rule's expressions, as nft 1.0.6 does in src/netlink_delinearize.c: follows what the registers hold, and leaves out
/// matches that a later one takes for granted.
/// </summary>
/// <param name="findSet">A set of the rule's table by its name.</param>
/// <param name="findChain">The rules of a chain that is bound to the rule; null for any other chain.</param>
internal sealed class NftRuleReader(NftFamily family, NftNames names, Func<string, NftReadSet?> findSet, Func<string, IReadOnlyList<NftItem>?> findChain)
{
    private const uint DefaultBurst = 5;

    private const uint LongestRegister = 16;

    private readonly Dictionary<uint, NftNode> _registers = [];
    private readonly List<NftStatement?> _statements = [];
    private readonly NftContext _context = new(family);

    // The match before this one, while it may be the lower end of a range.
    private (int Entry, string Left, NftSpec Spec, UInt128 From)? _lower;

    private NftElementReader Elements => new(names, expression => Stateful(expression, isStateless: false));

    /// <exception cref="NftRefused">An expression is not understood.</exception>
    internal IReadOnlyList<NftStatement> Read(IReadOnlyList<NftExpression> expressions)
    {
        foreach (var expression in expressions)
            Read(expression);
        return [.. _statements.OfType<NftStatement>()];
    }

    internal static NftStatement Stateful(NftExpression expression, bool isStateless) => expression switch
    {
        CounterExpression counter => isStateless ? new NftStatement.Counter(null, null) : new NftStatement.Counter(counter.Packets, counter.Bytes),
        LimitExpression limit => Limit(limit),
        QuotaExpression quota => Quota(quota, isStateless),
        ConnlimitExpression limit => new NftStatement.ConnectionLimit((limit.Flags & ConnlimitFlags.NFT_CONNLIMIT_F_INV) != 0, limit.Count),
        LastExpression last => new NftStatement.Last(isStateless ? null : NftElementReader.Time(last.Since) ?? "never"),
        _ => throw new NftRefused($"expression {expression.Kind} is not understood"),
    };

    internal static NftStatement.Limit Limit(LimitExpression limit)
    {
        var per = limit.Unit switch
        {
            1 => "second",
            60 => "minute",
            3600 => "hour",
            86_400 => "day",
            604_800 => "week",
            _ => "error",
        };
        var isOver = (limit.Flags & LimitFlags.NFT_LIMIT_F_INV) != 0;
        if (limit.Type == LimitType.NFT_LIMIT_PKTS)
            return limit.Burst is 0 or DefaultBurst ? new NftStatement.Limit(isOver, limit.Rate, "", per) : new NftStatement.Limit(isOver, limit.Rate, "", per, limit.Burst, "packets");
        var (rate, unit) = Bytes(limit.Rate);
        if (limit.Burst == 0)
            return new NftStatement.Limit(isOver, rate, unit, per);
        var (burst, burstUnit) = Bytes(limit.Burst);
        return new NftStatement.Limit(isOver, rate, unit, per, burst, burstUnit);
    }

    internal static NftStatement.Quota Quota(QuotaExpression quota, bool isStateless)
    {
        var (amount, unit) = Bytes(quota.Bytes);
        var isOver = (quota.Flags & QuotaFlags.NFT_QUOTA_F_INV) != 0;
        if (isStateless || quota.Consumed == 0)
            return new NftStatement.Quota(isOver, amount, unit);
        var (used, usedUnit) = Bytes(quota.Consumed);
        return new NftStatement.Quota(isOver, amount, unit, used, usedUnit);
    }

    private static (ulong Amount, string Unit) Bytes(ulong bytes)
    {
        if (bytes == 0)
            return (0, "bytes");
        if (bytes % 1024 != 0)
            return (bytes, "bytes");
        return bytes / 1024 % 1024 != 0 ? (bytes / 1024, "kbytes") : (bytes / 1024 / 1024, "mbytes");
    }

    private static uint Word(NftRegister register) => register is >= NftRegister.NFT_REG_1 and <= NftRegister.NFT_REG_4
        ? (uint)NftRegister.NFT_REG32_00 + (((uint)register - 1) * 4)
        : (uint)register;

    private NftNode Node(NftRegister register) => _registers.TryGetValue(Word(register), out var node) ? node : throw new NftRefused("a register is used that nothing was loaded into");

    private void Set(NftRegister register, NftNode node) => _registers[Word(register)] = node;

    private void Read(NftExpression expression)
    {
        switch (expression)
        {
            case MetaExpression meta:
                var metaKey = NftKeys.Find(NftKeys.Meta, (uint)meta.Key) ?? throw new NftRefused($"meta key {(uint)meta.Key} is not understood");
                Set(meta.Destination, new NftNode.Loaded(new NftTerm.Meta(metaKey.Name), NftSpec.Of(metaKey.Type, metaKey.Bits)));
                break;
            case CtExpression ct:
                var ctKey = NftKeys.Find(NftKeys.Ct, (uint)ct.Key) ?? throw new NftRefused($"ct key {(uint)ct.Key} is not understood");
                Set(ct.Destination, new NftNode.Loaded(new NftTerm.Ct(ctKey.Name, Direction(ct.Direction)), NftSpec.Of(ctKey.Type, ctKey.Bits)));
                break;
            case SocketExpression socket:
                var socketKey = NftKeys.Find(NftKeys.Socket, (uint)socket.Key) ?? throw new NftRefused($"socket key {(uint)socket.Key} is not understood");
                Set(socket.Destination, new NftNode.Loaded(new NftTerm.Socket(socketKey.Name, socket.Key == SocketKey.NFT_SOCKET_CGROUPV2 ? socket.Level : null), NftSpec.Of(socketKey.Type, socketKey.Bits)));
                break;
            case RtExpression route:
                var routeKey = NftKeys.Find(NftKeys.Route, (uint)route.Key) ?? throw new NftRefused($"rt key {(uint)route.Key} is not understood");
                Set(route.Destination, new NftNode.Loaded(new NftTerm.Route(routeKey.Name), NftSpec.Of(routeKey.Type, routeKey.Bits)));
                break;
            case PayloadExpression payload:
                if (payload.Length is 0 or > LongestRegister || payload.Offset > ushort.MaxValue)
                    throw new NftRefused($"{payload.Length} bytes at {payload.Offset} are loaded");
                Set(payload.Destination, new NftNode.Packet((NftHeaderBase)payload.Base, (int)payload.Offset * 8, (int)payload.Length * 8));
                break;
            case ExthdrExpression extension:
                Set(extension.Destination, Extension(extension));
                break;
            case FibExpression fib:
                Set(fib.Destination, Fib(fib));
                break;
            case NumgenExpression numgen:
                Set(numgen.Destination, new NftNode.Loaded(new NftTerm.Numgen(numgen.Type == NumgenType.NFT_NG_INCREMENTAL ? "inc" : "random", numgen.Modulus, numgen.Offset), NftSpec.Of(NftDataTypes.HostInteger, 32)));
                break;
            case HashExpression hash:
                Set(hash.Destination, hash.Source is { } source && hash.Type == HashType.NFT_HASH_JENKINS
                    ? new NftNode.Hashed(Key(source, hash.Length), hash.Modulus, hash.Seed, hash.Offset)
                    : new NftNode.Loaded(new NftTerm.Hash(null, hash.Modulus, null, hash.Offset), NftSpec.Of(NftDataTypes.HostInteger, 32)));
                break;
            case BitwiseExpression bitwise:
                Set(bitwise.Destination, Calculated(bitwise));
                break;
            case ByteorderExpression byteorder:
                Set(byteorder.Destination, new NftNode.Swapped(Node(byteorder.Source)));
                break;
            case ImmediateExpression { Destination: NftRegister.NFT_REG_VERDICT } immediate:
                var verdict = NftElementReader.Verdict(immediate.Data.Verdict ?? throw new NftRefused("a verdict without a code"));
                Add(verdict.Chain is { } target && findChain(target) is { } items ? new NftStatement.AnonymousChain(verdict.Kind, items) : new NftStatement.Verdict(verdict.Kind, verdict.Chain));
                break;
            case ImmediateExpression immediate:
                Set(immediate.Destination, new NftNode.Constant(immediate.Data.Value));
                break;
            case CmpExpression cmp:
                Compare(Node(cmp.Source), cmp.Operation, cmp.Data);
                break;
            case RangeExpression range:
                Range(range);
                break;
            case LookupExpression lookup:
                Lookup(lookup);
                break;
            case CounterExpression or LimitExpression or QuotaExpression or ConnlimitExpression or LastExpression:
                Add(Stateful(expression, isStateless: false));
                break;
            default:
                Do(expression);
                break;
        }
    }

    private static string? Direction(CtDirection? direction) => direction switch
    {
        CtDirection.IP_CT_DIR_ORIGINAL => "original",
        CtDirection.IP_CT_DIR_REPLY => "reply",
        _ => null,
    };

    /// <summary>A statement that is no match: what was matched before must stay.</summary>
    private void Add(NftStatement statement)
    {
        _statements.Add(statement);
        _context.Reset();
        _lower = null;
    }

    private int AddMatch(NftStatement statement)
    {
        _statements.Add(statement);
        _lower = null;
        return _statements.Count - 1;
    }

    private NftNode.Loaded Extension(ExthdrExpression extension)
    {
        var isPresence = (extension.Flags & ExthdrFlags.NFT_EXTHDR_F_PRESENT) != 0;
        NftTerm? term = extension.Operation switch
        {
            ExthdrOperation.NFT_EXTHDR_OP_TCPOPT => NftExtensions.TcpOption(extension.Type, extension.Offset, extension.Length, isPresence),
            ExthdrOperation.NFT_EXTHDR_OP_IPV6 => NftExtensions.Header(extension.Type, extension.Offset, extension.Length, isPresence),
            _ => null,
        };
        var place = term switch
        {
            NftTerm.TcpOption option => NftExtensions.TcpOption(option),
            NftTerm.ExtensionHeader header => NftExtensions.Header(header),
            _ => null,
        };
        return term is not null && place is { } known ? new NftNode.Loaded(term, known.Spec) : throw new NftRefused($"expression exthdr of type {extension.Type} is not understood");
    }

    private static NftNode.Loaded Fib(FibExpression fib)
    {
        var tuple = new List<string>();
        foreach (var (flag, name) in new[]
        {
            (FibFlags.NFTA_FIB_F_SADDR, "saddr"), (FibFlags.NFTA_FIB_F_DADDR, "daddr"), (FibFlags.NFTA_FIB_F_MARK, "mark"), (FibFlags.NFTA_FIB_F_IIF, "iif"), (FibFlags.NFTA_FIB_F_OIF, "oif"),
        })
        {
            if ((fib.Flags & flag) != 0)
                tuple.Add(name);
        }

        var isPresent = (fib.Flags & FibFlags.NFTA_FIB_F_PRESENT) != 0;
        return fib.Result switch
        {
            FibResult.NFT_FIB_RESULT_OIF when isPresent => new NftNode.Loaded(new NftTerm.Fib(tuple, "oif"), new NftSpec(NftDataTypes.Boolean, 32, IsHostOrder: true)),
            FibResult.NFT_FIB_RESULT_OIF => new NftNode.Loaded(new NftTerm.Fib(tuple, "oif"), NftSpec.Of(NftDataTypes.Link)),
            FibResult.NFT_FIB_RESULT_OIFNAME => new NftNode.Loaded(new NftTerm.Fib(tuple, "oifname"), NftSpec.Of(NftDataTypes.LinkName)),
            FibResult.NFT_FIB_RESULT_ADDRTYPE => new NftNode.Loaded(new NftTerm.Fib(tuple, "type"), NftSpec.Of(NftDataTypes.FibAddressType)),
            _ => throw new NftRefused($"fib result {(uint)fib.Result} is not understood"),
        };
    }

    private NftNode Calculated(BitwiseExpression bitwise) => bitwise.Operation switch
    {
        BitwiseOperation.NFT_BITWISE_MASK_XOR => new NftNode.Masked(Node(bitwise.Source), bitwise.Mask, bitwise.Xor),
        BitwiseOperation.NFT_BITWISE_LSHIFT => new NftNode.Shifted(Node(bitwise.Source), IsLeft: true, Count(bitwise.Data)),
        BitwiseOperation.NFT_BITWISE_RSHIFT => new NftNode.Shifted(Node(bitwise.Source), IsLeft: false, Count(bitwise.Data)),
        _ => throw new NftRefused($"bitwise operation {(uint)bitwise.Operation} is not understood"),
    };

    private static uint Count(NftValue data) => (uint)NftSpec.Of(NftDataTypes.HostInteger, 32).Decode(data.Span);

    /// <summary>The nodes of a key that begins at a register.</summary>
    private List<NftNode> Key(NftRegister register, uint length)
    {
        var nodes = new List<NftNode>();
        var at = Word(register);
        var end = at + ((length + 3) / 4);
        while (at < end)
        {
            if (!_registers.TryGetValue(at, out var node))
                throw new NftRefused("a register is used that nothing was loaded into");
            nodes.Add(node);
            at += (uint)Math.Max(1, (Bytes(node) + 3) / 4);
        }

        return nodes;
    }

    private static int Bytes(NftNode node) => node switch
    {
        NftNode.Loaded loaded => loaded.Spec.Bytes,
        NftNode.Packet packet => packet.Bits / 8,
        NftNode.Masked masked => Bytes(masked.Inner),
        NftNode.Shifted shifted => Bytes(shifted.Inner),
        NftNode.Swapped swapped => Bytes(swapped.Inner),
        NftNode.Constant constant => constant.Value.Length,
        NftNode.Mapped mapped => (int)mapped.Map.Set.DataLength,
        _ => 4,
    };

    private static string Operator(CmpOperation operation, bool isExplicit = false) => operation switch
    {
        CmpOperation.NFT_CMP_EQ => isExplicit ? "==" : "",
        CmpOperation.NFT_CMP_NEQ => "!=",
        CmpOperation.NFT_CMP_LT => "<",
        CmpOperation.NFT_CMP_LTE => "<=",
        CmpOperation.NFT_CMP_GT => ">",
        CmpOperation.NFT_CMP_GTE => ">=",
        _ => throw new NftRefused($"comparison {(uint)operation} is not understood"),
    };

    private void Compare(NftNode node, CmpOperation operation, NftValue data)
    {
        var isEquality = operation is CmpOperation.NFT_CMP_EQ or CmpOperation.NFT_CMP_NEQ;
        // A mask that takes all is none.
        if (node is NftNode.Masked all && !all.Mask.IsEmpty && !all.Mask.Span.ContainsAnyExcept((byte)0xff) && !all.Xor.Span.ContainsAnyExcept((byte)0))
            node = all.Inner;
        switch (node)
        {
            case NftNode.Packet packet when isEquality:
                Expand(packet, operation, data);
                return;
            case NftNode.Masked { Inner: NftNode.Packet inner } masked when isEquality && masked.Xor.Span.ContainsAnyExcept((byte)0) == false:
                ComparePacketBits(inner, masked, operation, data);
                return;
            case NftNode.Masked { Inner: NftNode.Loaded loaded } masked when isEquality && !masked.Xor.Span.ContainsAnyExcept((byte)0):
                CompareBits(loaded.Term, loaded.Spec, masked, operation, data);
                return;
            case NftNode.Loaded { Spec.Type.Kind: NftDataKind.Text } text when data.Length > 0 && data.Span[^1] != 0:
                AddMatch(new NftStatement.Match(text.Term, Operator(operation), Wildcard(text.Spec, data)));
                return;
            case NftNode.Loaded loaded when isEquality:
                CompareLoaded(loaded, operation, data);
                return;
        }

        var (term, spec) = Complete(node);
        var value = spec.Decode(data.Span);
        if (operation == CmpOperation.NFT_CMP_LTE && _lower is { } lower && lower.Left == term.ToString() && lower.Entry == _statements.Count - 1)
        {
            _statements[^1] = new NftStatement.Match(term, term is NftTerm.Operation && node is not NftNode.Swapped ? "==" : "", new NftTerm.Range(spec.Type.Format(lower.From, names), spec.Type.Format(value, names)));
            _lower = null;
            return;
        }

        var isCalculated = term is NftTerm.Operation;
        var entry = AddMatch(new NftStatement.Match(term, Operator(operation, isCalculated || IsOneFlag(spec, value)), Value(spec, value)));
        if (operation == CmpOperation.NFT_CMP_GTE)
            _lower = (entry, term.ToString(), spec, value);
    }

    /// <summary>One flag with nothing before it would mean: this flag among others.</summary>
    private static bool IsOneFlag(NftSpec spec, UInt128 value) => spec.Type.Kind == NftDataKind.Bitmask && UInt128.PopCount(value) <= 1;

    private NftTerm Value(NftSpec spec, UInt128 value)
    {
        var term = spec.Type.Format(value, names);
        return term is NftTerm.List list ? list.Items.Aggregate((left, right) => new NftTerm.Operation("|", left, right)) : term;
    }

    /// <summary>The first bytes of a name.</summary>
    private static NftTerm.Word Wildcard(NftSpec spec, NftValue data)
    {
        var padded = new byte[spec.Bytes];
        data.Span[..Math.Min(padded.Length, data.Length)].CopyTo(padded);
        return new NftTerm.Word($"{((NftTerm.Word)spec.Type.Format(spec.Decode(padded), NftNames.None)).Text}*", IsQuoted: true);
    }

    private void CompareLoaded(NftNode.Loaded loaded, CmpOperation operation, NftValue data)
    {
        KillFor(loaded.Term);
        var value = loaded.Spec.Type.Kind == NftDataKind.Text && data.Length < loaded.Spec.Bytes
            ? loaded.Spec.Decode([.. data.Span, .. new byte[loaded.Spec.Bytes - data.Length]])
            : loaded.Spec.Decode(data.Span);
        var right = Value(loaded.Spec, value);
        if (loaded.Spec.Type.Kind == NftDataKind.Text && right is NftTerm.Word { Text: var text } && text.EndsWith('*'))
            right = new NftTerm.Word($"{text[..^1]}\\*", IsQuoted: true);
        var entry = AddMatch(new NftStatement.Match(loaded.Term, Operator(operation, IsOneFlag(loaded.Spec, value)), right));
        if (operation == CmpOperation.NFT_CMP_EQ)
            Remove(_context.Match(loaded.Term, value, entry));
    }

    private void KillFor(NftTerm term)
    {
        if (term is NftTerm.TcpOption)
            Remove(_context.Release(NftContext.Transport));
        else if (term is NftTerm.ExtensionHeader)
            Remove(_context.Release(NftContext.Network));
    }

    private void Remove(int? entry)
    {
        if (entry is { } known)
            _statements[known] = null;
    }

    private void Remove(IEnumerable<int> entries)
    {
        foreach (var entry in entries)
            _statements[entry] = null;
    }

    /// <summary>Bytes of the packet may be several fields in a row, or the first bytes of one.</summary>
    private void Expand(NftNode.Packet packet, CmpOperation operation, NftValue data)
    {
        var offset = packet.Offset;
        var left = packet.Bits;
        var all = NftSpec.Of(NftDataTypes.Integer, packet.Bits);
        var value = all.Decode(data.Span);
        while (left > 0)
        {
            var (header, field) = _context.FieldAt(packet.Base, offset, left);
            if (field is null || header is null)
            {
                AddRaw(packet.Base, offset, left, operation, value & NftSpec.Of(NftDataTypes.Integer, left).Maximum);
                return;
            }

            var bits = Math.Min(field.Bits, left);
            var spec = NftSpec.Of(field.Type, field.Bits);
            var part = (value >> (left - bits)) & ((bits >= 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1));
            NftTerm right = bits < field.Bits ? new NftTerm.Prefix(Value(spec, part << (field.Bits - bits)), bits) : Value(spec, part);
            AddField(header, field, operation, right, part, bits == field.Bits);
            offset += bits;
            left -= bits;
        }
    }

    private void AddField(NftHeader header, NftField field, CmpOperation operation, NftTerm right, UInt128 value, bool isWhole)
    {
        var killed = _context.Kill(header, field);
        var entry = AddMatch(new NftStatement.Match(new NftTerm.Payload(header.Name, field.Name), Operator(operation, IsOneFlag(NftSpec.Of(field.Type, field.Bits), value)), right));
        Remove(killed);
        if (operation == CmpOperation.NFT_CMP_EQ && isWhole)
            _context.Match(header, field, value, entry);
    }

    private void AddRaw(NftHeaderBase start, int offset, int bits, CmpOperation operation, UInt128 value) =>
        AddMatch(new NftStatement.Match(Raw(start, offset, bits), Operator(operation), Value(NftSpec.Of(NftDataTypes.RawInteger, bits), value)));

    private static NftTerm.RawPayload Raw(NftHeaderBase start, int offset, int bits) => new(
        start switch
        {
            NftHeaderBase.Link => "ll",
            NftHeaderBase.Network => "nh",
            NftHeaderBase.Transport => "th",
            _ => "ih",
        },
        offset,
        bits);

    private void ComparePacketBits(NftNode.Packet packet, NftNode.Masked masked, CmpOperation operation, NftValue data)
    {
        var around = NftSpec.Of(NftDataTypes.Integer, packet.Bits);
        var mask = around.Decode(masked.Mask.Span);
        if (_context.FieldAt(packet.Base, packet.Offset, packet.Bits) is { Header: { } header, Field: { } field } && field.Bits == packet.Bits)
        {
            Remove(_context.Kill(header, field));
            CompareBits(new NftTerm.Payload(header.Name, field.Name), NftSpec.Of(field.Type, field.Bits), masked, operation, data);
            return;
        }

        if (Trim(packet, mask) is { } trimmed)
        {
            AddField(trimmed.Header, trimmed.Field, operation, Value(NftSpec.Of(trimmed.Field.Type, trimmed.Field.Bits), around.Decode(data.Span) >> trimmed.Shift), around.Decode(data.Span) >> trimmed.Shift, isWhole: true);
            return;
        }

        CompareBits(Raw(packet.Base, packet.Offset, packet.Bits), NftSpec.Of(NftDataTypes.RawInteger, packet.Bits), masked, operation, data);
    }

    /// <summary>The field that a mask cuts out.</summary>
    private (NftHeader Header, NftField Field, int Shift)? Trim(NftNode.Packet packet, UInt128 mask)
    {
        if (mask == 0)
            return null;
        var shift = (int)UInt128.TrailingZeroCount(mask);
        var bits = 128 - (int)UInt128.LeadingZeroCount(mask) - shift;
        if (mask >> shift != (bits >= 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1))
            return null;
        var (header, field) = _context.FieldAt(packet.Base, packet.Offset + packet.Bits - shift - bits, bits);
        return header is not null && field is not null && field.Bits == bits ? (header, field, shift) : null;
    }

    /// <summary>Compares some bits of a value: flags, a prefix, or a mask as it is.</summary>
    private void CompareBits(NftTerm left, NftSpec spec, NftNode.Masked masked, CmpOperation operation, NftValue data)
    {
        var mask = spec.Decode(masked.Mask.Span);
        var value = spec.Decode(data.Span);
        if (spec.Type.Kind == NftDataKind.Bitmask)
        {
            if (value == 0)
            {
                AddMatch(new NftStatement.Match(left, operation == CmpOperation.NFT_CMP_EQ ? "!" : "", spec.Type.Format(mask, names)));
                return;
            }

            if (value != mask || UInt128.PopCount(value) > 1)
            {
                AddMatch(new NftStatement.FlagMatch(left, Operator(operation), spec.Type.Format(value, names), spec.Type.Format(mask, names)));
                return;
            }
        }
        else if (spec.Type.Kind is NftDataKind.IPv4 or NftDataKind.IPv6 && IsPrefix(mask, spec))
        {
            AddMatch(new NftStatement.Match(left, Operator(operation), new NftTerm.Prefix(Value(spec, value), (int)UInt128.PopCount(mask))));
            return;
        }

        AddMatch(new NftStatement.Match(new NftTerm.Operation("&", left, Value(spec, mask)), Operator(operation, isExplicit: true), Value(spec, value)));
    }

    private static bool IsPrefix(UInt128 mask, NftSpec spec)
    {
        var rest = ~mask & spec.Maximum;
        return (rest & (rest + 1)) == 0;
    }

    /// <summary>What a node is in words, and the form of its values; matches that it takes for granted go.</summary>
    private (NftTerm Term, NftSpec Spec) Complete(NftNode node)
    {
        switch (node)
        {
            case NftNode.Loaded loaded:
                KillFor(loaded.Term);
                return (loaded.Term, loaded.Spec);
            case NftNode.Packet packet:
                if (_context.FieldAt(packet.Base, packet.Offset, packet.Bits) is { Header: { } header, Field: { } field } && field.Bits == packet.Bits)
                {
                    Remove(_context.Kill(header, field));
                    return (new NftTerm.Payload(header.Name, field.Name), NftSpec.Of(field.Type, field.Bits));
                }

                return (Raw(packet.Base, packet.Offset, packet.Bits), NftSpec.Of(NftDataTypes.RawInteger, packet.Bits));
            case NftNode.Swapped swapped:
                var (inner, innerSpec) = Complete(swapped.Inner);
                return (inner, innerSpec.InNetworkOrder);
            case NftNode.Shifted { IsLeft: false, Inner: NftNode.Masked { Inner: NftNode.Packet bits } masked } shifted
                when Trim(bits, NftSpec.Of(NftDataTypes.Integer, bits.Bits).Decode(masked.Mask.Span)) is { } trimmed && trimmed.Shift == shifted.Count:
                Remove(_context.Kill(trimmed.Header, trimmed.Field));
                return (new NftTerm.Payload(trimmed.Header.Name, trimmed.Field.Name), NftSpec.Of(trimmed.Field.Type, bits.Bits));
            case NftNode.Shifted shifted:
                var (shiftedTerm, shiftedSpec) = Complete(shifted.Inner);
                return (new NftTerm.Operation(shifted.IsLeft ? "<<" : ">>", shiftedTerm, new NftTerm.Word($"{shifted.Count}")), shiftedSpec);
            case NftNode.Masked masked:
                return Operations(masked);
            case NftNode.Hashed hashed:
                var keys = hashed.Key.Select(key => Complete(key).Term).ToList();
                return (new NftTerm.Hash(keys.Count == 1 ? keys[0] : new NftTerm.Concatenation(keys), hashed.Modulus, hashed.Seed is 0 ? null : hashed.Seed, hashed.Offset), NftSpec.Of(NftDataTypes.HostInteger, 32));
            case NftNode.Mapped mapped:
                return (MapTerm(mapped, mapped.Map.Spec), mapped.Map.Spec.Data.Count > 0 ? mapped.Map.Spec.Data[0] : NftSpec.Of(NftDataTypes.Integer, 32));
            default:
                throw new NftRefused("a constant is compared");
        }
    }

    /// <summary>A mask and an xor as and, xor, or: src/netlink_delinearize.c netlink_parse_bitwise_mask_xor.</summary>
    private (NftTerm Term, NftSpec Spec) Operations(NftNode.Masked masked)
    {
        var (term, spec) = Complete(masked.Inner);
        var mask = spec.Decode(masked.Mask.Span);
        var xor = spec.Decode(masked.Xor.Span);
        UInt128 or = 0;
        if (xor != 0 || mask == 0)
        {
            or = xor & ~mask;
            xor &= mask;
            mask |= or;
        }

        if (mask != spec.Maximum)
            term = new NftTerm.Operation("&", term, Value(spec, mask));
        if (xor != 0)
            term = new NftTerm.Operation("^", term, Value(spec, xor));
        if (or != 0)
            term = new NftTerm.Operation("|", term, Value(spec, or));
        return (term, spec);
    }

    private NftTerm.Map MapTerm(NftNode.Mapped mapped, NftSetSpec spec)
    {
        var (key, keySpecs, _) = CompleteKey(mapped.Key, mapped.Map);
        return new NftTerm.Map(key, Mappings(mapped.Map, spec with { Key = keySpecs }));
    }

    private (NftTerm Key, IReadOnlyList<NftSpec> Specs, int Shift) CompleteKey(IReadOnlyList<NftNode> nodes, NftReadSet set)
    {
        if (nodes is [NftNode.Masked { Inner: NftNode.Packet packet } masked] && Trim(packet, NftSpec.Of(NftDataTypes.Integer, packet.Bits).Decode(masked.Mask.Span)) is { } trimmed)
        {
            Remove(_context.Kill(trimmed.Header, trimmed.Field));
            return (new NftTerm.Payload(trimmed.Header.Name, trimmed.Field.Name), [NftSpec.Of(trimmed.Field.Type, packet.Bits)], trimmed.Shift);
        }

        if (nodes is [NftNode.Packet single] && set.IsAnonymous && set.Elements.Count > 0 && set.Elements[0].Key.Length == 1)
            _context.LearnMessage(single.Base, single.Offset, single.Bits, set.Elements[0].Key.Span[0]);
        var parts = nodes.Select(Complete).ToList();
        var specs = parts.Select((part, i) => nodes[i] is NftNode.Swapped { Inner: var inner } && inner is NftNode.Loaded loaded ? loaded.Spec : part.Spec).ToList();
        return (parts.Count == 1 ? parts[0].Term : new NftTerm.Concatenation([.. parts.Select(part => part.Term)]), specs, 0);
    }

    private NftTerm Mappings(NftReadSet set, NftSetSpec spec, int shift = 0)
    {
        if (!set.IsAnonymous)
            return new NftTerm.SetReference(set.Set.Name);
        if (shift == 0)
            return new NftTerm.Set(Elements.Read(spec, set.Elements));
        var field = spec.Key[0];
        return new NftTerm.Set(Elements.Read(spec, [.. set.Elements.Select(element => element with { Key = field.Encode(field.Decode(element.Key.Span) >> shift) })]));
    }

    private void Range(RangeExpression range)
    {
        var (term, spec) = Complete(Node(range.Source));
        AddMatch(new NftStatement.Match(term, range.Operation == RangeOperation.NFT_RANGE_NEQ ? "!=" : "", new NftTerm.Range(Value(spec, spec.Decode(range.From.Span)), Value(spec, spec.Decode(range.To.Span)))));
    }

    private void Lookup(LookupExpression lookup)
    {
        var set = findSet(lookup.Set) ?? throw new NftRefused($"set {lookup.Set} is not there");
        var nodes = Key(lookup.Source, set.Set.KeyLength);
        if (lookup.Destination is { } destination && destination != NftRegister.NFT_REG_VERDICT)
        {
            Set(destination, new NftNode.Mapped(nodes, set));
            return;
        }

        var (key, specs, shift) = CompleteKey(nodes, set);
        var mappings = Mappings(set, set.Spec with { Key = specs }, shift);
        if (lookup.Destination is not null)
            AddMatch(new NftStatement.VerdictMap(key, mappings));
        else
            AddMatch(new NftStatement.Match(key, (lookup.Flags & LookupFlags.NFT_LOOKUP_F_INV) != 0 ? "!=" : key is NftTerm.Operation ? "==" : "", mappings));
    }

    private void Do(NftExpression expression)
    {
        switch (expression)
        {
            case MetaSetExpression meta:
                var metaKey = NftKeys.Find(NftKeys.Meta, (uint)meta.Key) ?? throw new NftRefused($"meta key {(uint)meta.Key} is not understood");
                Add(new NftStatement.Assign(new NftTerm.Meta(metaKey.Name), Given(Node(meta.Source), NftSpec.Of(metaKey.Type, metaKey.Bits))));
                break;
            case CtSetExpression ct:
                var ctKey = NftKeys.Find(NftKeys.Ct, (uint)ct.Key) ?? throw new NftRefused($"ct key {(uint)ct.Key} is not understood");
                Add(new NftStatement.Assign(new NftTerm.Ct(ctKey.Name, Direction(ct.Direction)), Given(Node(ct.Source), NftSpec.Of(ctKey.Type, ctKey.Bits), isList: true)));
                break;
            case PayloadSetExpression payload:
                PayloadSet(payload);
                break;
            case ExthdrSetExpression { Operation: ExthdrOperation.NFT_EXTHDR_OP_TCPOPT, Source: { } source } option:
                var term = NftExtensions.TcpOption(option.Type, option.Offset, option.Length, isPresence: false) ?? throw new NftRefused($"TCP option {option.Type} is not understood");
                KillFor(term);
                Add(new NftStatement.Assign(term, Given(Node(source), NftSpec.Of(NftDataTypes.Integer, (int)option.Length * 8))));
                break;
            case ObjrefExpression objref:
                Object(objref);
                break;
            case LogExpression log:
                Add(Log(log));
                break;
            case NatExpression nat:
                Nat(nat.Type == NatType.NFT_NAT_SNAT ? "snat" : "dnat", nat.Family, nat.Address, nat.AddressEnd, nat.Port, nat.PortEnd, nat.Flags);
                break;
            case MasqExpression masq:
                Nat("masquerade", NftFamily.Unspecified, null, null, masq.Port, masq.PortEnd, masq.Flags);
                break;
            case RedirExpression redir:
                Nat("redirect", NftFamily.Unspecified, null, null, redir.Port, redir.PortEnd, redir.Flags);
                break;
            case TproxyExpression tproxy:
                Tproxy(tproxy);
                break;
            case RejectExpression reject:
                Reject(reject);
                break;
            case NotrackExpression:
                Add(new NftStatement.Notrack());
                break;
            case QueueExpression queue:
                Queue(queue);
                break;
            case DupExpression dup:
                var isNetdev = family == NftFamily.Netdev;
                var to = dup.Address is { } address ? Given(Node(address), NftSpec.Of(family == NftFamily.Ip6 ? NftDataTypes.IPv6 : NftDataTypes.IPv4)) : Given(Node(dup.Device ?? throw new NftRefused("dup without a target")), NftSpec.Of(NftDataTypes.Link));
                Add(new NftStatement.Dup(to, !isNetdev && dup.Device is { } device ? Given(Node(device), NftSpec.Of(NftDataTypes.Link)) : null));
                break;
            case FwdExpression fwd:
                var fwdDevice = Given(Node(fwd.Device), NftSpec.Of(NftDataTypes.Link));
                Add(fwd.Address is { } fwdAddress
                    ? new NftStatement.Fwd(fwd.Family == NftFamily.Ip6 ? "ip6" : "ip", Given(Node(fwdAddress), NftSpec.Of(fwd.Family == NftFamily.Ip6 ? NftDataTypes.IPv6 : NftDataTypes.IPv4)), fwdDevice)
                    : new NftStatement.Fwd("", null, fwdDevice));
                break;
            case DynsetExpression dynset:
                Update(dynset);
                break;
            case FlowOffloadExpression flow:
                Add(new NftStatement.FlowAdd(flow.FlowTable));
                break;
            case SynproxyExpression synproxy:
                Add(new NftStatement.Synproxy(
                    (synproxy.Flags & SynproxyFlags.NF_SYNPROXY_OPT_MSS) != 0 ? synproxy.MaximumSegment : null,
                    (synproxy.Flags & SynproxyFlags.NF_SYNPROXY_OPT_WSCALE) != 0 ? synproxy.WindowScale : null,
                    (synproxy.Flags & SynproxyFlags.NF_SYNPROXY_OPT_TIMESTAMP) != 0,
                    (synproxy.Flags & SynproxyFlags.NF_SYNPROXY_OPT_SACK_PERM) != 0));
                break;
            case XtMatch match:
                Add(new NftStatement.Unknown(NftXtText.Match(match, _context.TransportHeader)));
                break;
            case XtTarget target:
                Add(new NftStatement.Unknown(NftXtText.Target(target)));
                break;
            default:
                throw new NftRefused($"expression {expression.Kind} is not understood");
        }
    }

    /// <summary>What a statement is given: a constant, something of the packet, or what a map gives.</summary>
    private NftTerm Given(NftNode node, NftSpec wanted, bool isList = false) => node switch
    {
        NftNode.Constant constant => isList ? wanted.Type.Format(wanted.Decode(constant.Value.Span[..Math.Min(constant.Value.Length, wanted.Bytes)]), names) : Value(wanted, wanted.Decode(constant.Value.Span[..Math.Min(constant.Value.Length, wanted.Bytes)])),
        NftNode.Mapped mapped => MapTerm(mapped, mapped.Map.Spec with { Data = [wanted] }),
        _ => Complete(node).Term,
    };

    private void PayloadSet(PayloadSetExpression payload)
    {
        if (payload.Length is 0 or > LongestRegister || payload.Offset > ushort.MaxValue)
            throw new NftRefused($"{payload.Length} bytes at {payload.Offset} are written");
        var start = (NftHeaderBase)payload.Base;
        var (offset, bits) = ((int)payload.Offset * 8, (int)payload.Length * 8);
        var node = Node(payload.Source);
        if (node is NftNode.Masked { Inner: NftNode.Packet packet } masked && packet.Base == start && packet.Offset == offset && packet.Bits == bits)
        {
            var around = NftSpec.Of(NftDataTypes.Integer, bits);
            if (Trim(packet, ~around.Decode(masked.Mask.Span) & around.Maximum) is { } part)
            {
                Remove(_context.Kill(part.Header, part.Field));
                Add(new NftStatement.Assign(new NftTerm.Payload(part.Header.Name, part.Field.Name), Value(NftSpec.Of(part.Field.Type, part.Field.Bits), around.Decode(masked.Xor.Span) >> part.Shift)));
                return;
            }
        }

        var (target, spec) = Complete(new NftNode.Packet(start, offset, bits));
        Add(new NftStatement.Assign(target, Given(node, spec)));
    }

    private void Object(ObjrefExpression objref)
    {
        if (objref.Set.Length == 0)
        {
            Add(new NftStatement.Object(Kind(objref.Type), new NftTerm.Word(objref.Object, IsQuoted: true)));
            return;
        }

        var set = findSet(objref.Set) ?? throw new NftRefused($"set {objref.Set} is not there");
        Add(new NftStatement.Object(Kind(set.Set.ObjectType), MapTerm(new NftNode.Mapped(Key(objref.Source, set.Set.KeyLength), set), set.Spec)));
    }

    private static string Kind(NftObjectType type) => NftObjects.Kind(type) is { } kind ? kind == "secmark" ? "meta secmark" : kind : throw new NftRefused($"object type {(uint)type} is not understood");

    private static NftStatement.Log Log(LogExpression log)
    {
        const LogFlags all = LogFlags.NF_LOG_TCPSEQ | LogFlags.NF_LOG_TCPOPT | LogFlags.NF_LOG_IPOPT | LogFlags.NF_LOG_UID | LogFlags.NF_LOG_MACDECODE;
        var flags = new List<string>();
        if ((log.Flags & all) == all)
        {
            flags.Add("all");
        }
        else
        {
            var (sequence, options) = ((log.Flags & LogFlags.NF_LOG_TCPSEQ) != 0, (log.Flags & LogFlags.NF_LOG_TCPOPT) != 0);
            if (sequence || options)
                flags.Add(sequence && options ? "tcp sequence,options" : sequence ? "tcp sequence" : "tcp options");
            if ((log.Flags & LogFlags.NF_LOG_IPOPT) != 0)
                flags.Add("ip options");
            if ((log.Flags & LogFlags.NF_LOG_UID) != 0)
                flags.Add("skuid");
            if ((log.Flags & LogFlags.NF_LOG_MACDECODE) != 0)
                flags.Add("ether");
        }

        return new NftStatement.Log
        {
            Prefix = log.Prefix.Length == 0 ? null : log.Prefix,
            Group = log.Group,
            SnapLength = log.SnapLength,
            QueueThreshold = log.QueueThreshold,
            Flags = flags,
            Level = log.Level switch
            {
                LogLevel.NFT_LOGLEVEL_EMERG => "emerg",
                LogLevel.NFT_LOGLEVEL_ALERT => "alert",
                LogLevel.NFT_LOGLEVEL_CRIT => "crit",
                LogLevel.NFT_LOGLEVEL_ERR => "err",
                LogLevel.NFT_LOGLEVEL_NOTICE => "notice",
                LogLevel.NFT_LOGLEVEL_INFO => "info",
                LogLevel.NFT_LOGLEVEL_DEBUG => "debug",
                LogLevel.NFT_LOGLEVEL_AUDIT => "audit",
                _ => null,
            },
        };
    }

    private void Nat(string kind, NftFamily addressFamily, NftRegister? address, NftRegister? addressEnd, NftRegister? port, NftRegister? portEnd, NatFlags flags)
    {
        var words = new List<string>();
        if ((flags & NatFlags.NF_NAT_RANGE_PROTO_RANDOM) != 0)
            words.Add("random");
        if ((flags & NatFlags.NF_NAT_RANGE_PROTO_RANDOM_FULLY) != 0)
            words.Add("fully-random");
        if ((flags & NatFlags.NF_NAT_RANGE_PERSISTENT) != 0)
            words.Add("persistent");
        var addressSpec = NftSpec.Of(addressFamily == NftFamily.Ip6 ? NftDataTypes.IPv6 : NftDataTypes.IPv4);
        var portSpec = NftSpec.Of(NftDataTypes.Service);
        NftTerm? addressTerm = null, portTerm = null;
        if (address is { } first)
        {
            var node = Node(first);
            if (node is NftNode.Mapped mapped)
            {
                var hasPort = port is not null && Word(port.Value) > Word(first) && Word(port.Value) < Word(first) + ((mapped.Map.Set.DataLength + 3) / 4);
                addressTerm = MapTerm(mapped, mapped.Map.Spec with { Data = hasPort ? [addressSpec, portSpec] : [addressSpec], DataIsInterval = addressEnd is { } end && end != first });
                if (hasPort)
                    port = null;
            }
            else if (node is NftNode.Constant from && addressEnd is { } last && Node(last) is NftNode.Constant to && last != first)
            {
                addressTerm = Elements.Range(addressSpec, addressSpec.Decode(from.Value.Span), addressSpec.Decode(to.Value.Span));
            }
            else
            {
                addressTerm = Given(node, addressSpec);
            }
        }

        if (port is { } firstPort)
        {
            _context.Reset();
            var node = Node(firstPort);
            portTerm = node is NftNode.Constant from && portEnd is { } lastPort && lastPort != firstPort && Node(lastPort) is NftNode.Constant to
                ? new NftTerm.Range(Value(portSpec, portSpec.Decode(from.Value.Span)), Value(portSpec, portSpec.Decode(to.Value.Span)))
                : Given(node, portSpec);
        }

        Add(new NftStatement.Nat(kind)
        {
            Family = family == NftFamily.Inet && (address is not null || portTerm is not null) ? addressFamily switch
            {
                NftFamily.Ip => "ip",
                NftFamily.Ip6 => "ip6",
                _ => "",
            } : "",
            IsPrefix = (flags & NatFlags.NF_NAT_RANGE_NETMAP) != 0,
            Address = addressTerm,
            Port = portTerm,
            Flags = words,
        });
    }

    private void Tproxy(TproxyExpression tproxy)
    {
        var isSix = tproxy.Family == NftFamily.Ip6;
        var address = tproxy.Address is { } register ? Given(Node(register), NftSpec.Of(isSix ? NftDataTypes.IPv6 : NftDataTypes.IPv4)) : null;
        if (tproxy.Port is not null)
            _context.Reset();
        var port = tproxy.Port is { } portRegister ? Given(Node(portRegister), NftSpec.Of(NftDataTypes.Service)) : null;
        Add(new NftStatement.Tproxy(family == NftFamily.Inet && tproxy.Family != NftFamily.Unspecified ? isSix ? "ip6" : "ip" : "", address, port));
    }

    private void Reject(RejectExpression reject)
    {
        const byte portUnreachable4 = 3, portUnreachable6 = 4, portUnreachable = 1;
        var code = reject.Code ?? 0;
        var isInet = family is NftFamily.Inet or NftFamily.Bridge or NftFamily.Netdev;
        if (!isInet && reject.Type == RejectType.NFT_REJECT_TCP_RST)
            Remove(_context.Release(NftContext.Transport));
        NftStatement.Reject statement;
        switch (reject.Type)
        {
            case RejectType.NFT_REJECT_TCP_RST:
                statement = new NftStatement.Reject("tcp reset");
                break;
            case RejectType.NFT_REJECT_ICMPX_UNREACH:
                statement = code == portUnreachable ? new NftStatement.Reject() : new NftStatement.Reject("icmpx", Code(NftDataTypes.IcmpxCode, code));
                break;
            default:
                var isFour = family == NftFamily.Ip || (isInet && _context.NetworkHeader == NftHeaders.Ip);
                var isSix = family == NftFamily.Ip6 || (isInet && _context.NetworkHeader == NftHeaders.Ip6);
                statement = isFour && (isInet || code != portUnreachable4) ? new NftStatement.Reject("icmp", Code(NftDataTypes.IcmpCode, code))
                    : isSix && (isInet || code != portUnreachable6) ? new NftStatement.Reject("icmpv6", Code(NftDataTypes.Icmp6Code, code))
                    : new NftStatement.Reject();
                break;
        }

        if (isInet && reject.Type != RejectType.NFT_REJECT_ICMPX_UNREACH)
            Remove(_context.Release(NftContext.Network));
        Add(statement);
    }

    private string Code(NftDataType type, byte code) => type.Format(code, names).ToString();

    private void Queue(QueueExpression queue)
    {
        var flags = new List<string>();
        if ((queue.Flags & QueueFlags.NFT_QUEUE_FLAG_BYPASS) != 0)
            flags.Add("bypass");
        if ((queue.Flags & QueueFlags.NFT_QUEUE_FLAG_CPU_FANOUT) != 0)
            flags.Add("fanout");
        NftTerm number = queue.NumberRegister is { } register ? Complete(Node(register)).Term
            : queue.Total > 1 ? new NftTerm.Range(new NftTerm.Word($"{queue.Number}"), new NftTerm.Word($"{queue.Number + queue.Total - 1}"))
            : new NftTerm.Word($"{queue.Number}");
        Add(new NftStatement.Queue(number, flags));
    }

    private void Update(DynsetExpression dynset)
    {
        var set = findSet(dynset.Set) ?? throw new NftRefused($"set {dynset.Set} is not there");
        var nodes = Key(dynset.Key, set.Set.KeyLength);
        var key = nodes is [NftNode.Constant constant] ? Elements.Key(set.Spec.Key, constant.Value.Span) : CompleteKey(nodes, set).Key;
        var element = new Weir.Rules.Nft.NftElement(key)
        {
            Timeout = dynset.Timeout is { } timeout && timeout > TimeSpan.Zero ? NftElementReader.Time(timeout) : null,
            Statements = [.. dynset.Expressions.Select(expression => Stateful(expression, isStateless: true))],
            Data = dynset.Data is { } data ? Given(Node(data), set.Spec.Data[0]) : null,
        };
        Add(new NftStatement.SetUpdate(dynset.Operation switch
        {
            DynsetOperation.NFT_DYNSET_OP_ADD => "add",
            DynsetOperation.NFT_DYNSET_OP_UPDATE => "update",
            _ => "delete",
        }, dynset.Set, element));
    }
}
