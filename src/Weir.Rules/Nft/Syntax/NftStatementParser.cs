using Weir.Rules.Nft.Types;

namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads the statements of a rule.</summary>
internal sealed class NftStatementParser
{
    private static readonly string[] Comparisons = ["==", "!=", "<=", ">=", "<", ">", "!"];
    private static readonly string[] NatFlags = ["random", "fully-random", "persistent"];

    private readonly NftTokens _tokens;
    private readonly NftTermParser _terms;
    private readonly Func<IReadOnlyList<NftItem>> _chain;

    /// <param name="tokens">The text.</param>
    /// <param name="chain">Reads the rules of a chain that stands in a statement.</param>
    internal NftStatementParser(NftTokens tokens, Func<IReadOnlyList<NftItem>> chain)
    {
        _chain = chain;
        _tokens = tokens;
        _terms = new NftTermParser(tokens);
        _terms.Use(this);
    }

    internal NftTermParser Terms => _terms;

    /// <summary>A statement that keeps state, which elements of sets may have too; null when none begins here.</summary>
    internal NftStatement? Stateful()
    {
        if (_tokens.Is("counter"))
            return Counter();
        if (_tokens.Is("limit"))
            return Limit();
        if (_tokens.Is("quota"))
            return Quota();
        if (_tokens.Is("ct") && _tokens.Peek().Is("count"))
            return ConnectionLimit();
        return _tokens.Is("last") ? Last() : null;
    }

    internal NftStatement Statement()
    {
        if (_tokens.Current is { Kind: NftTokenKind.Word, Text: "jump" or "goto" } && _tokens.Peek().Is("{"))
            return new NftStatement.AnonymousChain(_tokens.Take().Text, _chain());
        if (_terms.Verdict() is { } verdict)
            return new NftStatement.Verdict(verdict.Kind, verdict.Chain);
        if (Stateful() is { } stateful)
            return stateful;
        if (_tokens.Current.Kind == NftTokenKind.Word)
        {
            switch (_tokens.Current.Text)
            {
                case "log":
                    return Log();
                case "snat" or "dnat" or "masquerade" or "redirect":
                    return Nat();
                case "tproxy":
                    return Tproxy();
                case "reject":
                    return Reject();
                case "queue":
                    return Queue();
                case "notrack":
                    _tokens.Take();
                    return new NftStatement.Notrack();
                case "dup":
                    return Dup();
                case "fwd":
                    return Fwd();
                case "add" or "update" or "delete" when _tokens.Peek().Is("@"):
                    return SetUpdate();
                case "flow":
                    return Flow();
                case "synproxy":
                    return Synproxy();
                case "ct" when CtObject() is { } ct:
                    return ct;
                case "meta" when _tokens.Peek().Is("secmark") && _tokens.Peek(2).Is("set"):
                    _tokens.Position += 3;
                    return new NftStatement.Object("meta secmark", ObjectName());
            }
        }

        return Match();
    }

    /// <summary><c>rate over 10/second burst 5 packets</c>, as a limit object has it.</summary>
    internal NftStatement.Limit Rate()
    {
        _tokens.Expect("rate");
        var isOver = _tokens.TryTake("over");
        if (!isOver)
            _tokens.TryTake("until");
        var rate = _tokens.Number("a rate");
        string unit = "", per;
        if (_tokens.TryTake("/"))
        {
            per = _tokens.Word("second, minute, hour, day or week");
        }
        else
        {
            var parts = _tokens.Word("a unit and a time").Split('/');
            unit = parts[0];
            per = parts.Length == 2 ? parts[1] : throw new NftSyntaxException("a rate is written as 10 kbytes/second.");
        }

        if (per is not ("second" or "minute" or "hour" or "day" or "week") || unit is not ("" or "bytes" or "kbytes" or "mbytes"))
            throw new NftSyntaxException($"'{unit}/{per}' is no rate.");
        if (!_tokens.TryTake("burst"))
            return new NftStatement.Limit(isOver, rate, unit, per);
        var burst = _tokens.Number("a burst");
        var burstUnit = _tokens.Current.Text is "packets" or "bytes" or "kbytes" or "mbytes" ? _tokens.Take().Text : throw _tokens.Unexpected("packets, bytes, kbytes or mbytes");
        return (burstUnit == "packets") == (unit.Length == 0)
            ? new NftStatement.Limit(isOver, rate, unit, per, burst, burstUnit)
            : throw new NftSyntaxException("rate and burst must both be of packets or both of bytes.");
    }

    /// <summary><c>over 10 mbytes used 5 bytes</c>, as a quota object has it.</summary>
    internal NftStatement.Quota Amount()
    {
        var isOver = _tokens.TryTake("over");
        if (!isOver)
            _tokens.TryTake("until");
        var amount = _tokens.Number("an amount");
        var unit = Bytes();
        return _tokens.TryTake("used") ? new NftStatement.Quota(isOver, amount, unit, _tokens.Number("an amount"), Bytes()) : new NftStatement.Quota(isOver, amount, unit);
    }

    /// <summary><c>packets 0 bytes 0</c>, as a counter object has it.</summary>
    internal NftStatement.Counter Figures()
    {
        if (!_tokens.TryTake("packets"))
            return new NftStatement.Counter(null, null);
        var packets = _tokens.Number("a number of packets");
        _tokens.Expect("bytes");
        return new NftStatement.Counter(packets, _tokens.Number("a number of bytes"));
    }

    private string Bytes() => _tokens.Current.Text is "bytes" or "kbytes" or "mbytes" ? _tokens.Take().Text : throw _tokens.Unexpected("bytes, kbytes or mbytes");

    private NftStatement Counter()
    {
        _tokens.Take();
        return _tokens.TryTake("name") ? new NftStatement.Object("counter", ObjectName()) : Figures();
    }

    private NftStatement Limit()
    {
        _tokens.Take();
        return _tokens.TryTake("name") ? new NftStatement.Object("limit", ObjectName()) : Rate();
    }

    private NftStatement Quota()
    {
        _tokens.Take();
        return _tokens.TryTake("name") ? new NftStatement.Object("quota", ObjectName()) : Amount();
    }

    private NftStatement.ConnectionLimit ConnectionLimit()
    {
        _tokens.Position += 2;
        var isOver = _tokens.TryTake("over");
        return new NftStatement.ConnectionLimit(isOver, _tokens.Number32("a number of connections"));
    }

    private NftStatement.Last Last()
    {
        _tokens.Take();
        return new NftStatement.Last(_tokens.TryTake("used") ? _tokens.Word("a time") : null);
    }

    /// <summary>A name in quotes or bare, or a map that gives one.</summary>
    private NftTerm ObjectName()
    {
        if (_tokens.Current.Kind == NftTokenKind.Quoted)
            return new NftTerm.Word(_tokens.Take().Text, IsQuoted: true);
        var start = _tokens.Position;
        if (_terms.Selector() is not null)
        {
            _tokens.Position = start;
            return _terms.Expression(takesConstants: false) is NftTerm.Map map ? map : throw _tokens.Unexpected("'map'");
        }

        return new NftTerm.Word(_tokens.Word("a name"));
    }

    private NftStatement.Object? CtObject()
    {
        var kind = _tokens.Peek().Text;
        if (kind is not ("helper" or "timeout" or "expectation") || !_tokens.Peek(2).Is("set"))
            return null;
        _tokens.Position += 3;
        return new NftStatement.Object($"ct {kind}", ObjectName());
    }

    private NftStatement.Log Log()
    {
        _tokens.Take();
        var log = new NftStatement.Log();
        var flags = new List<string>();
        while (true)
        {
            if (_tokens.TryTake("prefix"))
                log = log with { Prefix = _tokens.Word("a prefix") };
            else if (_tokens.TryTake("group"))
                log = log with { Group = Number16("a group") };
            else if (_tokens.TryTake("snaplen"))
                log = log with { SnapLength = _tokens.Number32("a length") };
            else if (_tokens.TryTake("queue-threshold"))
                log = log with { QueueThreshold = Number16("a threshold") };
            else if (_tokens.TryTake("level"))
                log = log with { Level = _tokens.Word("a level") };
            else if (_tokens.TryTake("flags"))
                flags.Add(LogFlags());
            else
                return log with { Flags = flags };
        }
    }

    private string LogFlags()
    {
        if (_tokens.TryTake("tcp"))
        {
            var options = _tokens.Word("sequence or options");
            while (_tokens.TryTake(","))
                options += $",{_tokens.Word("sequence or options")}";
            return $"tcp {options}";
        }

        if (_tokens.TryTake("ip"))
        {
            _tokens.Expect("options");
            return "ip options";
        }

        return _tokens.Current.Text is "all" or "skuid" or "ether" ? _tokens.Take().Text : throw _tokens.Unexpected("tcp, ip, skuid, ether or all");
    }

    private uint Number16(string what)
    {
        var value = _tokens.Number32(what);
        return value <= ushort.MaxValue ? value : throw new NftSyntaxException($"{what} goes up to {ushort.MaxValue}.");
    }

    private NftStatement.Nat Nat()
    {
        var nat = new NftStatement.Nat(_tokens.Take().Text);
        if (_tokens.Current.Text is "ip" or "ip6" && (_tokens.Peek().Is("to") || _tokens.Peek().Is("prefix") || _tokens.Peek().Is("addr") || _tokens.Peek().Is("interval")))
            nat = nat with { Family = _tokens.Take().Text };
        if (_tokens.TryTake("prefix"))
            nat = nat with { IsPrefix = true };
        else if (_tokens.TryTake("addr"))
            _ = _tokens.TryTake(".") && _tokens.TryTake("port");
        else
            _tokens.TryTake("interval");
        if (_tokens.TryTake("to"))
        {
            var (address, port) = AddressAndPort();
            nat = nat with { Address = address, Port = port };
        }

        var flags = new List<string>();
        while (NatFlags.Contains(_tokens.Current.Text, StringComparer.Ordinal))
        {
            flags.Add(_tokens.Take().Text);
            _tokens.TryTake(",");
        }

        return nat with { Flags = flags };
    }

    /// <summary><c>10.0.0.2:80</c>, <c>[::1]:80-90</c>, <c>:80</c>, or a map.</summary>
    private (NftTerm? Address, NftTerm? Port) AddressAndPort()
    {
        if (_tokens.TryTake(":"))
            return (null, Port());
        NftTerm address;
        if (_tokens.TryTake("["))
        {
            address = Bracketed();
            if (_tokens.TryTake("-"))
            {
                _tokens.Expect("[");
                address = new NftTerm.Range(address, Bracketed());
            }
        }
        else
        {
            var start = _tokens.Position;
            if (_terms.Selector() is not null)
            {
                _tokens.Position = start;
                address = _terms.Expression(takesConstants: false);
            }
            else
            {
                address = _terms.Value(takesList: false, takesPrefix: true);
            }
        }

        return (address, _tokens.TryTake(":") ? Port() : null);
    }

    private NftTerm.Word Bracketed()
    {
        var address = _terms.Constant();
        _tokens.Expect("]");
        return address;
    }

    private NftTerm Port()
    {
        var start = _tokens.Position;
        if (_terms.Selector() is null)
            return _terms.Value(takesList: false, takesPrefix: false);
        _tokens.Position = start;
        return _terms.Expression(takesConstants: false);
    }

    private NftStatement.Tproxy Tproxy()
    {
        _tokens.Take();
        var family = _tokens.Current.Text is "ip" or "ip6" ? _tokens.Take().Text : "";
        _tokens.Expect("to");
        var (address, port) = AddressAndPort();
        return new NftStatement.Tproxy(family, address, port);
    }

    private NftStatement.Reject Reject()
    {
        _tokens.Take();
        if (!_tokens.TryTake("with"))
            return new NftStatement.Reject();
        if (_tokens.TryTake("tcp"))
        {
            _tokens.Expect("reset");
            return new NftStatement.Reject("tcp reset");
        }

        if (_tokens.Current.Text is not ("icmp" or "icmpv6" or "icmpx"))
            throw _tokens.Unexpected("icmp, icmpv6, icmpx or tcp reset");
        var with = _tokens.Take().Text;
        _tokens.TryTake("type");
        return new NftStatement.Reject(with, _tokens.Word("a code"));
    }

    private NftStatement.Queue Queue()
    {
        _tokens.Take();
        NftTerm? number = null;
        var flags = new List<string>();
        while (true)
        {
            if (_tokens.TryTake("num"))
            {
                number = _terms.Value(takesList: false, takesPrefix: false);
            }
            else if (_tokens.TryTake("to"))
            {
                number = Port();
            }
            else if (_tokens.TryTake("flags") || (number is not null && _tokens.Current.Text is "bypass" or "fanout"))
            {
                do
                {
                    flags.Add(_tokens.Current.Text is "bypass" or "fanout" ? _tokens.Take().Text : throw _tokens.Unexpected("bypass or fanout"));
                }
                while (_tokens.TryTake(","));
            }
            else
            {
                return new NftStatement.Queue(number, flags);
            }
        }
    }

    private NftStatement.Dup Dup()
    {
        _tokens.Take();
        _tokens.Expect("to");
        var to = Port();
        return new NftStatement.Dup(to, _tokens.TryTake("device") ? Port() : null);
    }

    private NftStatement.Fwd Fwd()
    {
        _tokens.Take();
        var family = _tokens.Current.Text is "ip" or "ip6" && _tokens.Peek().Is("to") ? _tokens.Take().Text : "";
        _tokens.Expect("to");
        var to = Port();
        return _tokens.TryTake("device") ? new NftStatement.Fwd(family, to, Port()) : new NftStatement.Fwd(family, null, to);
    }

    private NftStatement.SetUpdate SetUpdate()
    {
        var operation = _tokens.Take().Text;
        _tokens.Expect("@");
        var set = _tokens.Word("the name of a set");
        _tokens.Expect("{");
        var element = _terms.Update();
        _tokens.Expect("}");
        return new NftStatement.SetUpdate(operation, set, element);
    }

    private NftStatement.FlowAdd Flow()
    {
        _tokens.Take();
        if (!_tokens.TryTake("add"))
            _tokens.Expect("offload");
        _tokens.Expect("@");
        return new NftStatement.FlowAdd(_tokens.Word("the name of a flow table"));
    }

    private NftStatement Synproxy()
    {
        _tokens.Take();
        if (_tokens.TryTake("name"))
            return new NftStatement.Object("synproxy", ObjectName());
        uint? mss = null, scale = null;
        bool timestamp = false, sack = false;
        while (true)
        {
            if (_tokens.TryTake("mss"))
                mss = _tokens.Number32("a segment size");
            else if (_tokens.TryTake("wscale"))
                scale = _tokens.Number32("a window scale");
            else if (_tokens.TryTake("timestamp"))
                timestamp = true;
            else if (_tokens.TryTake("sack-perm"))
                sack = true;
            else
                return new NftStatement.Synproxy(mss, scale, timestamp, sack);
        }
    }

    private NftStatement Match()
    {
        var left = _terms.Expression(takesConstants: false);
        if (_tokens.TryTake("vmap"))
            return new NftStatement.VerdictMap(left, _terms.Mappings());
        if (_tokens.TryTake("set"))
            return new NftStatement.Assign(left, AssignedValue());
        var comparison = Comparison();
        var isBitmask = IsBitmask(left);
        var right = _terms.Value(takesList: true, takesPrefix: !isBitmask);
        if (!isBitmask || !_tokens.TryTake("/"))
            return new NftStatement.Match(left, comparison, right);
        return new NftStatement.FlagMatch(left, comparison, right, _terms.Value(takesList: true, takesPrefix: false));
    }

    private string Comparison()
    {
        foreach (var comparison in Comparisons)
        {
            if (_tokens.TryTake(comparison))
                return comparison;
        }

        if (_tokens.Current.Kind != NftTokenKind.Word)
            return "";
        var word = _tokens.Current.Text switch
        {
            "eq" => "==",
            "ne" => "!=",
            "lt" => "<",
            "gt" => ">",
            "le" => "<=",
            "ge" => ">=",
            _ => "",
        };
        if (word.Length != 0)
            _tokens.Take();
        return word;
    }

    private NftTerm AssignedValue()
    {
        var start = _tokens.Position;
        if (_terms.Selector() is null)
        {
            var value = _terms.Value(takesList: true, takesPrefix: false);
            if (!_tokens.Is("|") && !_tokens.Is("&") && !_tokens.Is("^"))
                return value;
        }

        _tokens.Position = start;
        return _terms.Expression(takesConstants: true);
    }

    private static bool IsBitmask(NftTerm term) => term switch
    {
        NftTerm.Payload { Protocol: "tcp", Field: "flags" } => true,
        NftTerm.Ct { Key: var key } => NftKeys.Find(NftKeys.Ct, key)?.Type.Kind == NftDataKind.Bitmask,
        NftTerm.Operation operation => IsBitmask(operation.Left),
        _ => false,
    };
}
