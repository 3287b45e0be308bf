using Weir.Rules.Text;

namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads a whole text: tables, and commands.</summary>
internal sealed class NftBlockParser
{
    private static readonly string[] Verbs = ["add", "create", "insert", "replace", "delete", "destroy", "flush"];

    private readonly NftTokens _tokens;
    private readonly NftKindParser _kinds;
    private readonly NftItemParser _items;
    private readonly NftTableParser _tables;
    private readonly NftCommandParser _commands;

    private NftBlockParser(string text)
    {
        _tokens = new NftTokens(text);
        _kinds = new NftKindParser(_tokens);
        NftStatementParser statements = new(_tokens, () => _tables!.Chains.Anonymous());
        _items = new NftItemParser(_tokens, statements.Terms);
        _tables = new NftTableParser(_tokens, _kinds, statements, _items);
        _commands = new NftCommandParser(_tokens, _kinds, _tables, statements.Terms.Elements);
    }

    internal static ParsedText<NftRuleset> Parse(string text)
    {
        var parser = new NftBlockParser(text);
        var items = parser._items.Items(parser.TopLevel);
        return new ParsedText<NftRuleset>(new NftRuleset(items), parser._items.Findings);
    }

    private NftItem? TopLevel()
    {
        var verb = _tokens.Current.Text;
        if (_tokens.Current.Kind == NftTokenKind.Word && Verbs.Contains(verb, StringComparer.Ordinal))
            return _commands.Command(_tokens.Take().Text);
        if (_tokens.Is("table"))
            return _tables.Table();
        // As in nft, a command without a verb adds.
        if (_kinds.IsKind() || (_kinds.IsFamily() && _tokens.Peek().Kind == NftTokenKind.Word))
            return _commands.Command("add");
        throw _tokens.Unexpected("a table or a command (add, create, insert, replace, delete, destroy, flush)");
    }
}
