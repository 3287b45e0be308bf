using System.CommandLine;
using Weir.Agent;
using Weir.Cli.Commands;
using Weir.Cli.Output;
using Weir.TcpIp.Course.Replay;

namespace Weir.Cli.Tcp;

/// <summary><c>weir tcp replay</c></summary>
internal static class ReplayCommand
{
    private const int ShownCharacters = 300;

    public static Command Create(CommandHost host)
    {
        var files = new Argument<string[]>("FILE") { Description = "A case in JSON on each line; - reads standard input, as does no file at all", Arity = ArgumentArity.ZeroOrMore };
        var command = host.Command("replay", "Runs recorded steps against Weir's ByteStream, Reassembler, TCPReceiver, TCPSender, NetworkInterface, Router and Wrap32. Exit code 1: a step failed; 2: a line can't be understood.", RunAsync)
            .WithExamples("weir tcp replay steps.jsonl", "weir tcp replay --json tests/golden/tcp/*.jsonl", "generate-steps | weir tcp replay");
        command.Add(files);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            var report = new ReplayReport();
            foreach (var path in invocation.Arguments.GetValue(files) is { Length: > 0 } named ? named : ["-"])
                await ReplayAsync(path, report, invocation);

            if (invocation.WantsJson)
                invocation.Terminal.Output.WriteLine(report.ToJson());
            else
                invocation.Terminal.Line($"{report.Passed} passed, {report.Failed} failed");
            return report.Errors.Count > 0 ? ExitCode.Usage : report.Failed > 0 ? ExitCode.No : ExitCode.Done;
        }
    }

    private static async Task ReplayAsync(string path, ReplayReport report, Invocation invocation)
    {
        try
        {
            await using var stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            var lines = new LineReader(stream);
            for (var number = 1; await lines.ReadAsync(invocation.Cancel) is { } line; number++)
            {
                if (line.Span.Trim(" \t\r"u8).IsEmpty)
                    continue;
                var result = StepCase.Run(line.Span);
                report.Add(path, number, result);
                if (!invocation.WantsJson)
                    Show(path, number, result, invocation.Terminal);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new AgentException(AgentProblem.Request, $"{path} can't be read: {exception.Message}", exception);
        }
    }

    private static void Show(string path, int line, StepResult result, Terminal terminal)
    {
        foreach (var failure in result.Failures)
            terminal.Line($"{result.Suite}, {result.Test}, step {failure.Number}: {Shorten(failure.Step)}: {terminal.Paint(new Cell(failure.Seen, Tone.Bad))}");
        if (result.Error is { } error)
            terminal.Error.WriteLine($"{terminal.Paint(new Cell("weir:", Tone.Bad))} {path}, line {line}: {error}");
    }

    private static string Shorten(string text) => text.Length <= ShownCharacters ? text : $"{text.AsSpan(0, ShownCharacters)}…";
}
