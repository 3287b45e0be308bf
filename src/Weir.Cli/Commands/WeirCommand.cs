using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Weir.Cli.Demo;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary>The whole command line.</summary>
public static class WeirCommand
{
    private const string Description = """
        Weir sits under the workloads of this host, shows who talks to whom, and lets through only what policy allows.

        'weir demo' shows all of it on workloads of its own. 'weir COMMAND --help' has an example of each command.
        """;

    public static RootCommand Create(CommandHost host)
    {
        var root = new RootCommand(Description)
        {
            DemoCommand.Create(host.Globals).WithExamples("weir demo", "weir demo --mode tap", "weir demo --once --json", "weir demo --socket /tmp/demo.sock (and elsewhere: weir flows -f --socket /tmp/demo.sock)"),
            UpCommand.Create(host),
            StatusCommand.Create(host),
            WorkloadsCommand.Create(host),
            PlanCommand.Create(host),
            CaptureCommand.Create(host),
            ReleaseCommand.Create(host),
            VerifyCommand.Create(host),
            FlowsCommand.Create(host),
            MapCommand.Create(host),
            ModeCommand.Create(host),
            PolicyCommand.Create(host),
            RulesCommand.Create(host),
            TunCommand.Create(host),
            CompletionCommand.Create(host),
        };
        host.Globals.AddTo(root);
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Parses and runs.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, TimeProvider clock)
    {
        var parsed = Create(new CommandHost(terminal, clock)).Parse(arguments);
        if (parsed.Action is ParseErrorAction || (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples))
            return RefuseUsage(parsed, terminal);

        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration);
    }

    private static int RefuseUsage(ParseResult parsed, Terminal terminal)
    {
        foreach (var error in parsed.Errors)
            terminal.Error.WriteLine($"{terminal.Paint(new Cell("weir:", Tone.Bad))} {error.Message}");
        terminal.Error.WriteLine($"  '{CommandPath(parsed.CommandResult.Command)} --help' says how it is used.");
        return ExitCode.Usage;
    }

    private static string CommandPath(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{CommandPath(parent)} {command.Name}" : "weir";
}
