namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads <c>log</c>.</summary>
internal sealed class NftLogParser(NftTokens tokens)
{
    internal NftStatement.Log Log()
    {
        tokens.Take();
        var log = new NftStatement.Log();
        var flags = new List<string>();
        while (true)
        {
            if (tokens.TryTake("prefix"))
                log = log with { Prefix = tokens.Word("a prefix") };
            else if (tokens.TryTake("group"))
                log = log with { Group = Number16("a group") };
            else if (tokens.TryTake("snaplen"))
                log = log with { SnapLength = tokens.Number32("a length") };
            else if (tokens.TryTake("queue-threshold"))
                log = log with { QueueThreshold = Number16("a threshold") };
            else if (tokens.TryTake("level"))
                log = log with { Level = tokens.Word("a level") };
            else if (tokens.TryTake("flags"))
                flags.Add(LogFlags());
            else
                return log with { Flags = flags };
        }
    }

    private string LogFlags()
    {
        if (tokens.TryTake("tcp"))
        {
            var options = tokens.Word("sequence or options");
            while (tokens.TryTake(","))
                options += $",{tokens.Word("sequence or options")}";
            return $"tcp {options}";
        }

        if (tokens.TryTake("ip"))
        {
            tokens.Expect("options");
            return "ip options";
        }

        return tokens.Current.Text is "all" or "skuid" or "ether" ? tokens.Take().Text : throw tokens.Unexpected("tcp, ip, skuid, ether or all");
    }

    private uint Number16(string what)
    {
        var value = tokens.Number32(what);
        return value <= ushort.MaxValue ? value : throw new NftSyntaxException($"{what} goes up to {ushort.MaxValue}.");
    }
}
