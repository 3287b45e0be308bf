using System.CommandLine;
using Weir.Agent;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary>What all commands share: the global options, where output goes, the clock; and how errors become words and exit codes.</summary>
public sealed class CommandHost(Terminal terminal, TimeProvider clock)
{
    public GlobalOptions Globals { get; } = new();

    public TimeProvider Clock { get; } = clock;

    public Terminal Terminal { get; } = terminal;

    /// <summary>A command whose action may fail in all the usual ways.</summary>
    public Command Command(string name, string description, Func<Invocation, Task<int>> action)
    {
        var command = new Command(name, description);
        command.SetAction((arguments, cancel) => RunAsync(new Invocation(arguments, Globals, Terminal, Clock, cancel), action));
        return command;
    }

    private async Task<int> RunAsync(Invocation invocation, Func<Invocation, Task<int>> action)
    {
        try
        {
            return await action(invocation);
        }
        catch (OperationCanceledException) when (invocation.Cancel.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (Exception exception)
        {
            var failure = Failures.Translate(exception);
            Terminal.Failure(failure, invocation.WantsDebug);
            return ExitCode.Of(failure.Problem);
        }
    }
}
