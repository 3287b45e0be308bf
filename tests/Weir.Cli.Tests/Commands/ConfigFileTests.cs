using System.CommandLine;
using Weir.Agent;
using Weir.Capture;
using Weir.Cli.Commands;
using Weir.Cli.Output;
using Weir.Testing;

namespace Weir.Cli.Tests.Commands;

/// <summary>What the commands that act without an agent take from <c>weir.yaml</c>.</summary>
public sealed class ConfigFileTests : IDisposable
{
    private const string Text = """
        state: /var/lib/weir-of-the-file
        socket: /run/weir-of-the-file.sock
        namespace: weir-of-the-file
        failClosed: true
        heartbeat: 900ms
        """;

    private readonly ScratchFolder _folder = new();

    [Theory]
    [InlineData("up")]
    [InlineData("capture web")]
    [InlineData("plan web")]
    [InlineData("release web")]
    [InlineData("verify")]
    public void The_configuration_says_where_captures_live_and_what_becomes_of_them(string line)
    {
        var options = OptionsOf($"{line} -c {_folder.Write("weir.yaml", Text)}");
        var expected = new CaptureSettings("/var/lib/weir-of-the-file", "weir-of-the-file") { FailClosed = true, HeartbeatTimeout = TimeSpan.FromMilliseconds(900) };
        Assert.Equal((expected, "/run/weir-of-the-file.sock"), (options.CaptureSettings, options.SocketPath));
    }

    [Fact]
    public void The_command_line_wins_over_the_file()
    {
        var options = OptionsOf($"verify --state /tmp/other --socket /tmp/other.sock -c {_folder.Write("weir.yaml", Text)}");
        Assert.Equal(("/tmp/other", "/tmp/other.sock"), (options.CaptureSettings.StateDirectory, options.SocketPath));
    }

    [Fact]
    public void Without_a_file_the_namespace_follows_from_the_state_directory()
    {
        var options = OptionsOf("verify --state /tmp/other");
        Assert.Equal(new CaptureSettings("/tmp/other", AgentNames.NamespaceFor("/tmp/other")), options.CaptureSettings);
    }

    [Theory]
    [InlineData("capture web")]
    [InlineData("plan web")]
    [InlineData("release --all")]
    [InlineData("verify")]
    public async Task A_configuration_with_errors_changes_nothing_and_shows_all_of_them(string line)
    {
        var file = _folder.Write("weir.yaml", "failClosed: perhaps\nheartbeat: soon\n");
        var run = await CommandRun.OfAsync([.. line.Split(' '), "-c", file]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("weir.yaml:1:", run.Error, StringComparison.Ordinal);
        Assert.Contains("weir.yaml:2:", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static AgentOptions OptionsOf(string line)
    {
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null, isTerminal: false, hasColour: false);
        var host = new CommandHost(terminal, TimeProvider.System);
        var root = new RootCommand();
        host.Globals.AddTo(root);
        foreach (var command in (Command[])[UpCommand.Create(host), CaptureCommand.Create(host), PlanCommand.Create(host), ReleaseCommand.Create(host), VerifyCommand.Create(host)])
            root.Add(command);
        return new Invocation(root.Parse(line), host.Globals, terminal, TimeProvider.System, CancellationToken.None).AgentOptions;
    }
}
