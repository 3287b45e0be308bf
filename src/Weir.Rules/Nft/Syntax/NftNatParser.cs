namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads statements that change addresses and ports, or say where a packet goes on.</summary>
internal sealed class NftNatParser(NftTokens tokens, NftTermParser terms)
{
    private static readonly string[] NatFlags = ["random", "fully-random", "persistent"];

    internal NftStatement.Nat Nat()
    {
        var nat = new NftStatement.Nat(tokens.Take().Text);
        if (tokens.Current.Text is "ip" or "ip6" && (tokens.Peek().Is("to") || tokens.Peek().Is("prefix") || tokens.Peek().Is("addr") || tokens.Peek().Is("interval")))
            nat = nat with { Family = tokens.Take().Text };
        if (tokens.TryTake("prefix"))
            nat = nat with { IsPrefix = true };
        else if (tokens.TryTake("addr"))
            _ = tokens.TryTake(".") && tokens.TryTake("port");
        else
            tokens.TryTake("interval");
        if (tokens.TryTake("to"))
        {
            var (address, port) = AddressAndPort();
            nat = nat with { Address = address, Port = port };
        }

        var flags = new List<string>();
        while (NatFlags.Contains(tokens.Current.Text, StringComparer.Ordinal))
        {
            flags.Add(tokens.Take().Text);
            tokens.TryTake(",");
        }

        return nat with { Flags = flags };
    }

    internal NftStatement.Tproxy Tproxy()
    {
        tokens.Take();
        var family = tokens.Current.Text is "ip" or "ip6" ? tokens.Take().Text : "";
        tokens.Expect("to");
        var (address, port) = AddressAndPort();
        return new NftStatement.Tproxy(family, address, port);
    }

    internal NftStatement.Dup Dup()
    {
        tokens.Take();
        tokens.Expect("to");
        var to = Port();
        return new NftStatement.Dup(to, tokens.TryTake("device") ? Port() : null);
    }

    internal NftStatement.Fwd Fwd()
    {
        tokens.Take();
        var family = tokens.Current.Text is "ip" or "ip6" && tokens.Peek().Is("to") ? tokens.Take().Text : "";
        tokens.Expect("to");
        var to = Port();
        return tokens.TryTake("device") ? new NftStatement.Fwd(family, to, Port()) : new NftStatement.Fwd(family, null, to);
    }

    internal NftTerm Port()
    {
        var start = tokens.Position;
        if (terms.Selectors.Selector() is null)
            return terms.Value(takesList: false, takesPrefix: false);
        tokens.Position = start;
        return terms.Expression(takesConstants: false);
    }

    /// <summary><c>10.0.0.2:80</c>, <c>[::1]:80-90</c>, <c>:80</c>, or a map.</summary>
    private (NftTerm? Address, NftTerm? Port) AddressAndPort()
    {
        if (tokens.TryTake(":"))
            return (null, Port());
        NftTerm address;
        if (tokens.TryTake("["))
        {
            address = Bracketed();
            if (tokens.TryTake("-"))
            {
                tokens.Expect("[");
                address = new NftTerm.Range(address, Bracketed());
            }
        }
        else
        {
            var start = tokens.Position;
            if (terms.Selectors.Selector() is not null)
            {
                tokens.Position = start;
                address = terms.Expression(takesConstants: false);
            }
            else
            {
                address = terms.Value(takesList: false, takesPrefix: true);
            }
        }

        return (address, tokens.TryTake(":") ? Port() : null);
    }

    private NftTerm.Word Bracketed()
    {
        var address = terms.Constants.Constant();
        tokens.Expect("]");
        return address;
    }
}
