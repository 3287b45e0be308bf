namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads statements that keep state, which elements of sets may have too, and objects of the same kinds.</summary>
internal sealed class NftStatefulParser(NftTokens tokens, NftObjectNameParser names)
{
    /// <summary>A statement that keeps state, which elements of sets may have too; null when none begins here.</summary>
    internal NftStatement? Statement()
    {
        if (tokens.Is("counter"))
            return Counter();
        if (tokens.Is("limit"))
            return Limit();
        if (tokens.Is("quota"))
            return Quota();
        if (tokens.Is("ct") && tokens.Peek().Is("count"))
            return ConnectionLimit();
        return tokens.Is("last") ? Last() : null;
    }

    /// <summary><c>rate over 10/second burst 5 packets</c>, as a limit object has it.</summary>
    internal NftStatement.Limit Rate()
    {
        tokens.Expect("rate");
        var isOver = tokens.TryTake("over");
        if (!isOver)
            tokens.TryTake("until");
        var rate = tokens.Number("a rate");
        string unit = "", per;
        if (tokens.TryTake("/"))
        {
            per = tokens.Word("second, minute, hour, day or week");
        }
        else
        {
            var parts = tokens.Word("a unit and a time").Split('/');
            unit = parts[0];
            per = parts.Length == 2 ? parts[1] : throw new NftSyntaxException("a rate is written as 10 kbytes/second.");
        }

        if (per is not ("second" or "minute" or "hour" or "day" or "week") || unit is not ("" or "bytes" or "kbytes" or "mbytes"))
            throw new NftSyntaxException($"'{unit}/{per}' is no rate.");
        if (!tokens.TryTake("burst"))
            return new NftStatement.Limit(isOver, rate, unit, per);
        var burst = tokens.Number("a burst");
        var burstUnit = tokens.Current.Text is "packets" or "bytes" or "kbytes" or "mbytes" ? tokens.Take().Text : throw tokens.Unexpected("packets, bytes, kbytes or mbytes");
        return (burstUnit == "packets") == (unit.Length == 0)
            ? new NftStatement.Limit(isOver, rate, unit, per, burst, burstUnit)
            : throw new NftSyntaxException("rate and burst must both be of packets or both of bytes.");
    }

    /// <summary><c>over 10 mbytes used 5 bytes</c>, as a quota object has it.</summary>
    internal NftStatement.Quota Amount()
    {
        var isOver = tokens.TryTake("over");
        if (!isOver)
            tokens.TryTake("until");
        var amount = tokens.Number("an amount");
        var unit = Bytes();
        return tokens.TryTake("used") ? new NftStatement.Quota(isOver, amount, unit, tokens.Number("an amount"), Bytes()) : new NftStatement.Quota(isOver, amount, unit);
    }

    /// <summary><c>packets 0 bytes 0</c>, as a counter object has it.</summary>
    internal NftStatement.Counter Figures()
    {
        if (!tokens.TryTake("packets"))
            return new NftStatement.Counter(null, null);
        var packets = tokens.Number("a number of packets");
        tokens.Expect("bytes");
        return new NftStatement.Counter(packets, tokens.Number("a number of bytes"));
    }

    private string Bytes() => tokens.Current.Text is "bytes" or "kbytes" or "mbytes" ? tokens.Take().Text : throw tokens.Unexpected("bytes, kbytes or mbytes");

    private NftStatement Counter()
    {
        tokens.Take();
        return tokens.TryTake("name") ? new NftStatement.Object("counter", names.Name()) : Figures();
    }

    private NftStatement Limit()
    {
        tokens.Take();
        return tokens.TryTake("name") ? new NftStatement.Object("limit", names.Name()) : Rate();
    }

    private NftStatement Quota()
    {
        tokens.Take();
        return tokens.TryTake("name") ? new NftStatement.Object("quota", names.Name()) : Amount();
    }

    private NftStatement.ConnectionLimit ConnectionLimit()
    {
        tokens.Position += 2;
        var isOver = tokens.TryTake("over");
        return new NftStatement.ConnectionLimit(isOver, tokens.Number32("a number of connections"));
    }

    private NftStatement.Last Last()
    {
        tokens.Take();
        return new NftStatement.Last(tokens.TryTake("used") ? tokens.Word("a time") : null);
    }
}
