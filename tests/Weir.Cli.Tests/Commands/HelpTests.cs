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

    [Theory]
    [InlineData("weir tcp ", "bench", "connect", "get", "listen", "replay")]
    [InlineData("weir tcp bench ", "serve", "--seconds")]
    [InlineData("weir tcp bench serve --", "--address", "--device", "--dhcp", "--dns", "--gateway", "--mtu", "--napi", "--offload", "--pcap", "--stats", "--tap", "--at")]
    [InlineData("weir tcp get h / --offload ", "off", "on")]
    [InlineData("weir tcp bench serve --mtu abc --off", "--offload")]
    [InlineData("weir tun ", "add", "delete", "list")]
    [InlineData("weir tun add tun0 --", "--address", "--nat-mark", "--owner", "--rto-min", "--mtu", "--tap", "--multi-queue", "--at")]
    [InlineData("weir rules show --as ", "all", "nft", "tc")]
    [InlineData("weir completion ", "bash")]
    public async Task Completion_knows_subcommands_options_and_words(string line, params string[] expected)
    {
        var run = await CommandRun.OfAsync($"[suggest:{line.Length}]", line);
        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Error));
        Assert.Superset(expected.ToHashSet(), run.Output.Split('\n').ToHashSet());
    }

    [Theory]
    [InlineData("[suggest:abc]")]
    [InlineData("[suggest:-1]")]
    [InlineData("[suggest:99999999999999999999]")]
    [InlineData("[suggest:]")]
    [InlineData("[suggest:100]")]
    [InlineData("[suggest]")]
    public async Task Completion_at_a_place_that_is_none_is_no_exception(string directive) =>
        Assert.Empty((await CommandRun.OfAsync(directive, "weir tu")).Error);

    [Fact]
    public async Task Completion_knows_the_commands()
    {
        var run = await CommandRun.OfAsync("[suggest:7]", "weir po");
        Assert.Contains("policy", run.Output, StringComparison.Ordinal);
        Assert.Contains("complete -o default -F _weir weir", (await CommandRun.OfAsync("completion", "bash")).Output, StringComparison.Ordinal);
    }
}
