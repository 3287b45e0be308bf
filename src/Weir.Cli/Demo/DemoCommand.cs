using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Weir.Capture;
using Weir.Cli.Commands;
using Weir.Cli.Output;
using Weir.Linux;

namespace Weir.Cli.Demo;

/// <summary><c>weir demo</c>.</summary>
public static class DemoCommand
{
    private static readonly string[] Later = ["queue", "node", "pod"];

    public static Command Create(GlobalOptions globals)
    {
        Option<string> mode = new("--mode") { Description = "How the workloads are captured: inline or tap (queue, node and pod come later).", DefaultValueFactory = _ => "inline", HelpName = "tap|inline" };
        Option<bool> once = new("--once") { Description = "End after the rounds, instead of going on live until Ctrl-C." };
        var port = WholeNumber.Option("--port", "The port of the web console. There is none yet: the number is checked and not used.", least: 1, most: 65535);
        mode.Validators.Add(result =>
        {
            if (result.Tokens is not [var given])
                return;
            if (Later.Contains(given.Value, StringComparer.Ordinal))
                result.AddError($"--mode {given.Value} comes later: this version captures with tap and inline.");
            else if (given.Value is not ("tap" or "inline"))
                result.AddError($"{Words.Quoted(given.Value)} is none of tap, inline.");
        });

        var command = new Command(
            "demo",
            "Makes three workloads on this host, captures them, learns their traffic, protects them, lets an attack fail, and releases all. "
            + "Its state goes with it, unless it is given a --state.") { mode, once, port };
        command.SetAction((result, _) => RunAsync(new DemoOptions
        {
            Mode = result.GetValue(mode) == "tap" ? CaptureMode.Tap : CaptureMode.Inline,
            Once = result.GetValue(once),
            Json = result.GetValue(globals.Json),
            Port = result.GetValue(port),
            StateDirectory = result.GetResult(globals.State) is { Implicit: false } ? result.GetValue(globals.State) : null,
            SocketPath = result.GetValue(globals.Socket),
            Break = Environment.GetEnvironmentVariable(DemoBreak.Variable) ?? "",
        }));
        return command;
    }

    private static async Task<int> RunAsync(DemoOptions options)
    {
        ProcessRuntime.Prime();
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

        var view = new DemoView(options.Json);
        view.Header(options.Mode);
        if (options.Port is { } port)
            view.Warning($"--port {port} is not used: there is no web console yet");

        var lacking = Preconditions.Check(Environment.ProcessId);
        if (lacking.Count > 0)
        {
            foreach (var sentence in lacking)
                Console.Error.WriteLine($"weir demo: {sentence}");
            return 3;
        }

        using var run = new DemoRun(options, view, TimeProvider.System, stop.Token);
        var result = await run.RunAsync();
        if (options.Json)
            Console.Out.WriteLine(JsonSerializer.Serialize(result, DemoJson.Readable.DemoResult));
        return result.Ok ? 0 : run.HostRefused ? 3 : 1;

        // The second Ctrl-C does nothing more: the release under way is short, and must not be cut.
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
