using Weir.Cli.Commands;
using Weir.Cli.Output;

namespace Weir.Cli.Tests.Commands;

/// <summary>A command line, run in this process as in a pipe.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    public static async Task<CommandRun> OfAsync(params IReadOnlyList<string> arguments)
    {
        using StringWriter output = new(), error = new();
        var code = await WeirCommand.RunAsync(arguments, new Terminal(output, error, isTerminal: false, hasColour: false), TimeProvider.System);
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}
