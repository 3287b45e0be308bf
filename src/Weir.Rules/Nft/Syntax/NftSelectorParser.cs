using Weir.Rules.Nft.Types;

namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads selectors: what of a packet, of its connection or of the host is looked at.</summary>
internal sealed class NftSelectorParser(NftTokens tokens)
{
    private static readonly string[] RawBases = ["ll", "nh", "th", "ih"];
    private static readonly string[] FibKeys = ["saddr", "daddr", "mark", "iif", "oif"];
    private static readonly string[] FibResults = ["oif", "oifname", "type", "check"];

    private static readonly Dictionary<string, string[]> ExtensionFields = new(StringComparer.Ordinal)
    {
        ["hbh"] = ["nexthdr", "hdrlength"],
        ["frag"] = ["nexthdr", "reserved", "frag-off", "reserved2", "more-fragments", "id"],
        ["dst"] = ["nexthdr", "hdrlength"],
        ["mh"] = ["nexthdr", "hdrlength", "type", "reserved", "checksum"],
        ["rt"] = ["nexthdr", "hdrlength", "type", "seg-left"],
    };

    private static readonly string[] TcpOptionFields = ["kind", "length", "size", "count", "left", "right", "tsval", "tsecr", "left0", "right0"];

    /// <summary>A selector that begins here, or null.</summary>
    internal NftTerm? Selector()
    {
        var start = tokens.Position;
        var term = SelectorAt();
        if (term is null)
            tokens.Position = start;
        return term;
    }

    /// <summary>A set's key in the form <c>typeof ip saddr . tcp dport</c>.</summary>
    internal NftTerm TypeOf()
    {
        var first = Selector() ?? throw tokens.Unexpected("a selector");
        if (!tokens.Is("."))
            return first;
        var parts = new List<NftTerm> { first };
        while (tokens.TryTake("."))
            parts.Add(Selector() ?? throw tokens.Unexpected("a selector"));
        return new NftTerm.Concatenation(parts);
    }

    private NftTerm? SelectorAt()
    {
        var token = tokens.Current;
        if (token.Is("@"))
            return Raw();
        if (token.Kind != NftTokenKind.Word)
            return null;
        switch (token.Text)
        {
            case "meta":
                tokens.Take();
                return NftKeys.Find(NftKeys.Meta, tokens.Current.Text) is { } key ? Take(new NftTerm.Meta(key.Name)) : null;
            case "ct":
                tokens.Take();
                return Ct();
            case "fib":
                tokens.Take();
                return Fib();
            case "numgen":
                tokens.Take();
                return Numgen();
            case "jhash":
                tokens.Take();
                return Jhash();
            case "symhash":
                tokens.Take();
                tokens.Expect("mod");
                return new NftTerm.Hash(null, tokens.Number32("a modulus"), null, Offset());
            case "socket":
                tokens.Take();
                return Socket();
            case "exthdr":
                tokens.Take();
                return new NftTerm.ExtensionHeader(tokens.Word("an extension header"), null);
            case "rt" when Route() is { } route:
                return route;
            case "tcp" when tokens.Peek().Is("option"):
                return TcpOption();
        }

        if (ExtensionFields.TryGetValue(token.Text, out var fields) && fields.Contains(tokens.Peek().Text, StringComparer.Ordinal))
        {
            tokens.Take();
            return new NftTerm.ExtensionHeader(token.Text, tokens.Take().Text);
        }

        if (NftKeys.Unqualified.Contains(token.Text, StringComparer.Ordinal) || (NftKeys.AlsoUnqualified.Contains(token.Text, StringComparer.Ordinal) && !tokens.Peek().EndsStatement))
            return Take(new NftTerm.Meta(token.Text));
        if (NftHeaders.Find(token.Text) is not { } header)
            return null;
        tokens.Take();
        var name = tokens.Current.Text;
        if (header == NftHeaders.Arp && name is "saddr" or "daddr")
            name = $"{name} {tokens.Peek().Text}";
        if (header.Field(name) is not { } field)
            return null;
        tokens.Position += name.Contains(' ', StringComparison.Ordinal) ? 2 : 1;
        return new NftTerm.Payload(header.Name, field.Name);
    }

    private NftTerm Take(NftTerm term)
    {
        tokens.Take();
        return term;
    }

    private NftTerm.RawPayload? Raw()
    {
        if (!RawBases.Contains(tokens.Peek().Text, StringComparer.Ordinal) || !tokens.Peek(2).Is(","))
            return null;
        tokens.Take();
        var name = tokens.Take().Text;
        tokens.Expect(",");
        var offset = tokens.Number32("an offset in bits");
        tokens.Expect(",");
        var length = tokens.Number32("a length in bits");
        return offset <= 16384 && length is > 0 and <= 128 ? new NftTerm.RawPayload(name, (int)offset, (int)length) : throw new NftSyntaxException("bits beyond what the kernel loads.");
    }

    private NftTerm.Ct? Ct()
    {
        string? direction = tokens.Current.Text is "original" or "reply" && tokens.Current.Kind == NftTokenKind.Word ? tokens.Take().Text : null;
        var name = tokens.Current.Text;
        if (name is "ip" or "ip6")
            name = $"{name} {tokens.Peek().Text}";
        if (NftKeys.Find(NftKeys.Ct, name) is not { } key)
            return null;
        tokens.Position += name.Contains(' ', StringComparison.Ordinal) ? 2 : 1;
        return new NftTerm.Ct(key.Name, direction);
    }

    private NftTerm.Fib Fib()
    {
        var tuple = new List<string>();
        do
        {
            if (!FibKeys.Contains(tokens.Current.Text, StringComparer.Ordinal))
                throw tokens.Unexpected("saddr, daddr, mark, iif or oif");
            tuple.Add(tokens.Take().Text);
        }
        while (tokens.TryTake("."));
        if (!FibResults.Contains(tokens.Current.Text, StringComparer.Ordinal))
            throw tokens.Unexpected("oif, oifname, type or check");
        return new NftTerm.Fib(tuple, tokens.Take().Text);
    }

    private NftTerm.Numgen Numgen()
    {
        var mode = tokens.Word("inc or random");
        if (mode is not ("inc" or "random"))
            throw new NftSyntaxException("numgen takes inc or random.");
        tokens.Expect("mod");
        return new NftTerm.Numgen(mode, tokens.Number32("a modulus"), Offset());
    }

    private NftTerm.Hash Jhash()
    {
        var key = TypeOf();
        tokens.Expect("mod");
        var modulus = tokens.Number32("a modulus");
        return new NftTerm.Hash(key, modulus, tokens.TryTake("seed") ? tokens.Number32("a seed") : null, Offset());
    }

    private uint Offset() => tokens.TryTake("offset") ? tokens.Number32("an offset") : 0;

    private NftTerm.Socket? Socket()
    {
        if (NftKeys.Find(NftKeys.Socket, tokens.Current.Text) is not { } key)
            return null;
        tokens.Take();
        if (key.Name != "cgroupv2")
            return new NftTerm.Socket(key.Name);
        tokens.Expect("level");
        return new NftTerm.Socket(key.Name, tokens.Number32("a level"));
    }

    private NftTerm.TcpOption TcpOption()
    {
        tokens.Position += 2;
        var option = tokens.Word("the name of a TCP option");
        return new NftTerm.TcpOption(option, tokens.Current.Kind == NftTokenKind.Word && TcpOptionFields.Contains(tokens.Current.Text, StringComparer.Ordinal) ? tokens.Take().Text : null);
    }

    private NftTerm.Route? Route()
    {
        var name = tokens.Peek().Text;
        if (name is "ip" or "ip6")
            name = $"{name} {tokens.Peek(2).Text}";
        if (NftKeys.Find(NftKeys.Route, name) is not { } key)
            return null;
        tokens.Position += name.Contains(' ', StringComparison.Ordinal) ? 3 : 2;
        return new NftTerm.Route(key.Name);
    }
}
