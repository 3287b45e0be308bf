using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;

namespace Weir.Cli.Commands;

/// <summary>The usual completions; none where the shell names a place that its line does not have, which the library answers with an exception.</summary>
internal sealed class SafeSuggestions(SynchronousCommandLineAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var directive = ((RootCommand)parseResult.RootCommandResult.Command).Directives.OfType<SuggestDirective>().First();
        var place = parseResult.GetResult(directive) is { Values: [var given, ..] } ? given : null;
        return place is null || (int.TryParse(place, out var position) && position >= 0) ? usual.Invoke(parseResult) : ExitCode.Usage;
    }
}
