using System.CommandLine;
using System.CommandLine.Parsing;

namespace Weir.Cli.Commands;

/// <summary>What no option and no argument of any command takes: an empty value, as a shell's unset variable makes it, and a NUL.</summary>
internal static class GivenValues
{
    public static void RefuseEmpty(Command command)
    {
        foreach (var argument in command.Arguments)
            argument.Validators.Add(result => Check(result, argument.Name, result.Tokens));
        foreach (var option in command.Options)
            option.Validators.Add(result => Check(result, option.Name, result.Tokens));
        foreach (var inner in command.Subcommands)
            RefuseEmpty(inner);
    }

    private static void Check(SymbolResult result, string name, IReadOnlyList<Token> given)
    {
        if (given.Any(token => token.Value.Length == 0))
            result.AddError($"{name} is empty.");
        else if (given.Any(token => token.Value.Contains('\0', StringComparison.Ordinal)))
            result.AddError($"{name} has a NUL in it.");
    }
}
