using System.CommandLine;
using System.Runtime.CompilerServices;
using Weir.Agent;
using Weir.Cli.Output;
using Weir.Linux;

namespace Weir.Cli.Commands;

/// <summary><c>weir up</c></summary>
internal static class UpCommand
{
    public static Command Create(CommandHost host)
    {
        var releaseOnExit = new Option<bool>("--release-on-exit") { Description = "Release all captures at the end; else they stay, and the kernel passes their traffic until the next start" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Log more" };
        var command = host.Command("up", "Runs the agent: finds workloads, captures them as configured, judges, learns, records, and serves the API. Ctrl-C ends it.", RunAsync)
            .WithExamples("weir up", "weir up -c weir.yaml", "weir up --state /tmp/second --socket /tmp/second.sock");
        command.Add(host.Globals.Config);
        command.Add(releaseOnExit);
        command.Add(verbose);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            Invocation.RequireRoot();
            var options = invocation.AgentOptions with
            {
                ReleaseOnExit = invocation.Arguments.GetValue(releaseOnExit),
            };
            return await ServeAsync(invocation, options, invocation.Arguments.GetValue(verbose));
        }
    }

    // Apart, so that what serves is loaded only by the command that serves.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<int> ServeAsync(Invocation invocation, AgentOptions options, bool verbose)
    {
        // Before the first visit to a namespace; those that only open a socket do not see to it.
        ProcessRuntime.Prime();
        using var log = AgentLog.ToConsole(invocation.Terminal.Error, options.Clock, verbose);
        await using var agent = AgentService.Start(options with { Log = log });
        ServiceNotification.Send("READY=1");
        invocation.Terminal.Note($"Weir is up: {options.SocketPath}, state {options.StateDirectory}. Ctrl-C ends it{(options.ReleaseOnExit ? " and releases all" : "; captures stay in place")}.");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, options.Clock, invocation.Cancel);
        }
        catch (OperationCanceledException)
        {
            ServiceNotification.Send("STOPPING=1");
        }

        await agent.StopAsync();
        return ExitCode.Done;
    }
}
