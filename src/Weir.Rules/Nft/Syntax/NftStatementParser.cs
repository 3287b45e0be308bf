namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads the statements of a rule.</summary>
internal sealed class NftStatementParser
{
    private readonly NftTokens _tokens;
    private readonly Func<IReadOnlyList<NftItem>> _chain;
    private readonly NftObjectNameParser _names;
    private readonly NftLogParser _log;
    private readonly NftNatParser _nat;
    private readonly NftMatchParser _match;

    /// <param name="tokens">The text.</param>
    /// <param name="chain">Reads the rules of a chain that stands in a statement.</param>
    internal NftStatementParser(NftTokens tokens, Func<IReadOnlyList<NftItem>> chain)
    {
        _tokens = tokens;
        _chain = chain;
        Terms = new NftTermParser(tokens);
        _names = new NftObjectNameParser(tokens, Terms);
        States = new NftStatefulParser(tokens, _names);
        Terms.Elements.Use(States);
        _log = new NftLogParser(tokens);
        _nat = new NftNatParser(tokens, Terms);
        _match = new NftMatchParser(tokens, Terms);
    }

    internal NftTermParser Terms { get; }

    internal NftStatefulParser States { get; }

    internal NftStatement Statement()
    {
        if (_tokens.Current is { Kind: NftTokenKind.Word, Text: "jump" or "goto" } && _tokens.Peek().Is("{"))
            return new NftStatement.AnonymousChain(_tokens.Take().Text, _chain());
        if (Terms.Verdict() is { } verdict)
            return new NftStatement.Verdict(verdict.Kind, verdict.Chain);
        if (States.Statement() is { } stateful)
            return stateful;
        if (_tokens.Current.Kind == NftTokenKind.Word)
        {
            switch (_tokens.Current.Text)
            {
                case "log":
                    return _log.Log();
                case "snat" or "dnat" or "masquerade" or "redirect":
                    return _nat.Nat();
                case "tproxy":
                    return _nat.Tproxy();
                case "reject":
                    return Reject();
                case "queue":
                    return Queue();
                case "notrack":
                    _tokens.Take();
                    return new NftStatement.Notrack();
                case "dup":
                    return _nat.Dup();
                case "fwd":
                    return _nat.Fwd();
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
                    return new NftStatement.Object("meta secmark", _names.Name());
            }
        }

        return _match.Match();
    }

    private NftStatement.Object? CtObject()
    {
        var kind = _tokens.Peek().Text;
        if (kind is not ("helper" or "timeout" or "expectation") || !_tokens.Peek(2).Is("set"))
            return null;
        _tokens.Position += 3;
        return new NftStatement.Object($"ct {kind}", _names.Name());
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
                number = Terms.Value(takesList: false, takesPrefix: false);
            }
            else if (_tokens.TryTake("to"))
            {
                number = _nat.Port();
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

    private NftStatement.SetUpdate SetUpdate()
    {
        var operation = _tokens.Take().Text;
        _tokens.Expect("@");
        var set = _tokens.Word("the name of a set");
        _tokens.Expect("{");
        var element = Terms.Elements.Update();
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
            return new NftStatement.Object("synproxy", _names.Name());
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
}
