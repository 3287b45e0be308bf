using Weir.Cli.Commands;
using Weir.Testing;

namespace Weir.Cli.Tests.Commands;

public class HelpTests
{
    public static TheoryData<string> Commands =>
    [
        "", "demo", "up", "status", "workloads", "plan", "capture", "release", "verify", "flows", "map", "mode",
        "policy", "policy get", "policy suggest", "policy check", "policy apply", "rules", "rules load", "rules show", "tun", "tun add", "tun delete", "tun list",
        "tcp", "tcp replay", "tcp get", "tcp connect", "tcp listen", "tcp bench", "tcp bench serve", "completion",
    ];

    [Theory, MemberData(nameof(Commands))]
    public async Task Help_is_as_it_was_reviewed(string command)
    {
        var run = await CommandRun.OfAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Error));
        GoldenFile.Compare($"help/{(command.Length == 0 ? "weir" : command.Replace(' ', '-'))}.txt", run.Output);
    }

    [Theory, MemberData(nameof(Commands))]
    public async Task Each_command_has_an_example(string command)
    {
        var run = await CommandRun.OfAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Contains(command.Length == 0 ? "weir demo" : $"  weir {command}", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_knows_the_commands()
    {
        var run = await CommandRun.OfAsync("[suggest:7]", "weir po");
        Assert.Contains("policy", run.Output, StringComparison.Ordinal);
        Assert.Contains("complete -o default -F _weir weir", (await CommandRun.OfAsync("completion", "bash")).Output, StringComparison.Ordinal);
    }
}
