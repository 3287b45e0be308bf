namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads where a chain or a flow table hangs: its priority and its devices.</summary>
internal sealed class NftHookParser(NftTokens tokens, NftConstantParser constants)
{
    /// <summary><c>filter</c>, <c>filter + 5</c>, <c>-100</c>.</summary>
    internal string Priority()
    {
        var sign = tokens.TryTake("-") ? "-" : "";
        var text = sign + tokens.Word("a priority");
        if (tokens.Is("+") || tokens.Is("-"))
            text = $"{text} {tokens.Take().Text} {tokens.Number("a number")}";
        return text;
    }

    internal List<NftTerm.Word> Devices()
    {
        tokens.Expect("devices");
        tokens.Expect("=");
        tokens.Expect("{");
        var devices = new List<NftTerm.Word>();
        tokens.SkipBlank();
        while (!tokens.Is("}"))
        {
            devices.Add(constants.Constant());
            tokens.SkipBlank();
            if (!tokens.TryTake(","))
                break;
            tokens.SkipBlank();
        }

        tokens.Expect("}");
        return devices;
    }
}
