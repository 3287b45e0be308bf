namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads commands: a verb, what it is done to, and with what.</summary>
internal sealed class NftCommandParser(NftTokens tokens, NftKindParser kinds, NftTableParser tables, NftElementParser elements)
{
    internal NftCommand Command(string verb)
    {
        var command = new NftCommand(verb, "rule");
        // "add ip t c accept": what is no kind is where a rule goes.
        if (verb != "add" || kinds.IsKind())
            command = command with { Kind = kinds.Kind() };
        if (command.Kind == "ruleset")
            return verb == "flush" ? command with { Family = kinds.IsFamily() ? tokens.Take().Text : "" } : throw new NftSyntaxException($"{verb} ruleset is no command.");
        command = command with { Family = kinds.Family() };
        if (command.Kind == "table")
            return TableCommand(command);
        command = command with { Table = tokens.Word("the name of a table") };
        var removes = verb is "delete" or "destroy" or "flush";
        if (removes && tokens.TryTake("handle"))
            return command with { OfHandle = tokens.Number("a handle") };
        command = command with { Name = tokens.Word("a name") };
        return command.Kind switch
        {
            "rule" => RuleCommand(command, removes),
            "element" => command with { Body = new NftSet(command.Name) { Elements = elements.Set().Elements } },
            _ when removes => command,
            _ when verb is not ("add" or "create") => throw new NftSyntaxException($"{verb} {command.Kind} is no command."),
            _ => command with { Body = tables.Named(command.Kind, command.Name) },
        };
    }

    private NftCommand TableCommand(NftCommand command)
    {
        if (command.Verb is "delete" or "destroy" && tokens.TryTake("handle"))
            return command with { OfHandle = tokens.Number("a handle") };
        var name = tokens.Word("the name of a table");
        command = command with { Table = name, Name = name };
        return command.Verb switch
        {
            "add" or "create" => command with { Body = tables.Body(command.Family.Length == 0 ? "ip" : command.Family, name) },
            "delete" or "destroy" or "flush" => command,
            _ => throw new NftSyntaxException($"{command.Verb} table is no command."),
        };
    }

    private NftCommand RuleCommand(NftCommand command, bool removes)
    {
        if (tokens.TryTake("handle"))
            command = command with { OfHandle = tokens.Number("a handle") };
        else if (tokens.TryTake("position"))
            command = command with { Position = tokens.Number("a handle") };
        else if (tokens.TryTake("index"))
            command = command with { Index = tokens.Number32("an index") };
        if (removes)
            return command.OfHandle is not null ? command : throw tokens.Unexpected("handle");
        return command with { Body = tables.Chains.Rule() };
    }
}
