namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads flow tables.</summary>
internal sealed class NftFlowTableParser(NftTokens tokens, NftItemParser itemParser, NftHookParser hooks)
{
    internal NftFlowTable FlowTable(string name)
    {
        var table = new NftFlowTable(name);
        if (!tokens.TryTake("{"))
            return table;
        var settings = itemParser.Items(() =>
        {
            if (tokens.TryTake("hook"))
            {
                tokens.Expect("ingress");
                tokens.Expect("priority");
                table = table with { Priority = hooks.Priority() };
            }
            else if (tokens.Is("devices"))
            {
                table = table with { Devices = hooks.Devices() };
            }
            else if (tokens.TryTake("flags"))
            {
                table = table with { Flags = tokens.Words() };
            }
            else if (tokens.TryTake("counter"))
            {
                table = table with { HasCounter = true };
            }
            else
            {
                throw tokens.Unexpected("hook, devices, flags or counter");
            }

            return null;
        });
        if (settings.Exists(item => item is NftUnparsed or NftDefinition))
            throw new NftSyntaxException($"a setting of flowtable {name} is not understood.");
        tokens.Expect("}");
        return table;
    }
}
