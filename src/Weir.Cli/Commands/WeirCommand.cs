using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Weir.Cli.Demo;
using Weir.Cli.Output;
using Weir.Cli.Tcp;

namespace Weir.Cli.Commands;

/// <summary>The whole command line.</summary>
public static class WeirCommand
{
    private const string Description = """
        Weir sits under the workloads of this host, shows who talks to whom, and lets through only what policy allows.

        'weir demo' shows all of it on workloads of its own. 'weir COMMAND --help' has an example of each command.
        rules, tun and tcp are tools by themselves: they need no agent. What reads or changes the host's network needs root.
        Exit codes: 0 done; 1 the answer is no; 2 wrong usage; 3 the host refused, or no agent answers.
        """;

    private static readonly Entry[] Commands =
    [
        new("demo", host => DemoCommand.Create(host.Globals).WithExamples("weir demo", "weir demo --mode tap", "weir demo --once --json", "weir demo --socket /tmp/demo.sock (and elsewhere: weir flows -f --socket /tmp/demo.sock)")),
        new("up", UpCommand.Create),
        new("status", StatusCommand.Create),
        new("workloads", WorkloadsCommand.Create),
        new("plan", PlanCommand.Create),
        new("capture", CaptureCommand.Create),
        new("release", ReleaseCommand.Create),
        new("verify", VerifyCommand.Create),
        new("flows", FlowsCommand.Create),
        new("map", MapCommand.Create),
        new("mode", ModeCommand.Create),
        new("policy", PolicyCommand.Create),
        new("rules", RulesCommand.Create),
        new("tun", TunCommand.Create),
        new("tcp", TcpCommand.Create),
        new("completion", CompletionCommand.Create),
    ];

    private sealed record Entry(string Name, Func<CommandHost, Command> Create);

    /// <param name="host">What the commands share.</param>
    /// <param name="name">Makes only the command of this name, if there is one: to make all of them takes longer than to run one of them.</param>
    public static RootCommand Create(CommandHost host, string? name = null)
    {
        var root = new RootCommand(Description);
        foreach (var command in Array.Find(Commands, command => command.Name == name) is { } one ? [one] : Commands)
            root.Add(command.Create(host));
        host.Globals.AddTo(root);
        GivenValues.RefuseEmpty(root);
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        foreach (var suggest in root.Directives.OfType<SuggestDirective>())
            suggest.Action = new SafeSuggestions((SynchronousCommandLineAction)suggest.Action!);
        return root;
    }

    /// <summary>Parses and runs.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, TimeProvider clock)
    {
        var parsed = Create(new CommandHost(terminal, clock), arguments is [var first, ..] ? first : null).Parse(arguments);
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
        foreach (var message in parsed.Errors.Select(error => Words.Shown(error.Message, most: 300)).Distinct())
            terminal.Error.WriteLine($"{terminal.Paint(new Cell("weir:", Tone.Bad))} {message}");
        terminal.Error.WriteLine($"  '{CommandPath(parsed.CommandResult.Command)} --help' says how it is used.");
        return ExitCode.Usage;
    }

    private static string CommandPath(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{CommandPath(parent)} {command.Name}" : "weir";
}
