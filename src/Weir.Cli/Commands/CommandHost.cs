using System.CommandLine;
using System.Runtime.InteropServices;
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
        command.SetAction((arguments, _) => RunAsync(arguments, action));
        return command;
    }

    /// <summary>Ctrl-C and SIGTERM cancel; a second one ends the process at once.</summary>
    private async Task<int> RunAsync(ParseResult arguments, Func<Invocation, Task<int>> action)
    {
        using var cancel = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, CancelOnce);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, CancelOnce);
        return await RunAsync(new Invocation(arguments, Globals, Terminal, Clock, cancel.Token), action);

        void CancelOnce(PosixSignalContext signal)
        {
            signal.Cancel = !cancel.IsCancellationRequested;
            cancel.Cancel();
        }
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
