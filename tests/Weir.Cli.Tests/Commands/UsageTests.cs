using Weir.Cli.Commands;
using Weir.Testing;

namespace Weir.Cli.Tests.Commands;

public sealed class UsageTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Theory]
    [InlineData("capture")]
    [InlineData("capture web --mode outline")]
    [InlineData("release")]
    [InlineData("release web --all")]
    [InlineData("mode db strict")]
    [InlineData("plan web --render nft")]
    [InlineData("flows --since yesterday")]
    [InlineData("flows --verdict perhaps")]
    [InlineData("flows --limit many")]
    [InlineData("completion fish")]
    [InlineData("tun add tun144")]
    [InlineData("tun add tun144 --address 169.254.144.1")]
    [InlineData("tun add tun144 --address 169.254.144.1/33")]
    [InlineData("tun add tun144 --address fd00::1/64 --nat-mark 144")]
    [InlineData("tun add tun144 --address 169.254.144.1/24 --nat-mark 0")]
    [InlineData("tun add tun144 --address 169.254.144.1/24 --rto-min 10")]
    [InlineData("tun add tun144 --address 169.254.144.1/24 --mtu 10")]
    [InlineData("tcp get example.org / --device tun144")]
    [InlineData("tcp get example.org index.html --device tun144 --address 169.254.144.9/24")]
    [InlineData("tcp listen 0 --device tun144 --address 169.254.144.9/24")]
    [InlineData("tcp connect 10.0.0.1 65536 --device tun144 --address 169.254.144.9/24")]
    [InlineData("tcp bench --seconds 0")]
    [InlineData("tcp bench serve --device tun144 --address 169.254.144.9/24 --mtu 100")]
    [InlineData("tcp bench serve --device tun144 --address 169.254.144.9/24 --offload perhaps")]
    [InlineData("tun delete a-name-of-16-char")]
    [InlineData("bogus")]
    [InlineData("status --bogus")]
    public async Task Wrong_usage_is_2_with_words_and_where_to_look(string line)
    {
        var run = await CommandRun.OfAsync(line.Split(' '));
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.StartsWith("weir: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--help' says how it is used.", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("tcp bench serve --device tun0 --address 10.0.0.9/24 --mtu abc", "--mtu is 576 to 65535, not 'abc'.")]
    [InlineData("tcp bench --seconds 1.5", "--seconds is 1 to 600 seconds, not '1.5'.")]
    [InlineData("tcp listen abc --device tun0 --address 10.0.0.9/24", "PORT is 1 to 65535, not 'abc'.")]
    [InlineData("tcp get h / --device a/b --address 10.0.0.9/24", "'a/b' can't be a link's name: 1 to 15 characters, without blanks, '/', ':' and '%'.")]
    [InlineData("tun add tun0 --address abc --nat-mark 5", "'abc' is no address with its prefix length, such as 169.254.144.1/24 or fd00::1/64.")]
    [InlineData("flows --limit many", "--limit is 1 to 100000, not 'many'.")]
    [InlineData("flows --since 999999d", "'999999d' is no time: write 30s, 10m, 2h, 1d, or a date like 2026-01-31T12:00:00Z.")]
    [InlineData("plan web --render nft", "'nft' is none of ip, tc, all.")]
    [InlineData("demo --mode outline", "'outline' is none of tap, inline.")]
    public async Task A_value_that_can_not_be_is_told_with_what_it_may_be(string line, string words)
    {
        var run = await CommandRun.OfAsync(line.Split(' '));
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Equal($"weir: {words}", run.Error.Split('\n')[0]);
    }

    [Fact]
    public async Task A_namespace_that_can_not_be_is_not_there()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "without root it is refused before");
        foreach (var name in (string[])[new('a', 5000), ".."])
        {
            var run = await CommandRun.OfAsync("tun", "list", "--at", name);
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.StartsWith("weir: There is no network namespace ", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_an_agent_status_says_no_and_others_say_how_to_start_one()
    {
        var socket = _folder.PathOf("none.sock");
        var status = await CommandRun.OfAsync("status", "--socket", socket);
        Assert.Equal(ExitCode.No, status.ExitCode);
        Assert.Contains($"No agent answers at {socket}.", status.Error, StringComparison.Ordinal);

        foreach (var line in (string[])["flows", "flows -f", "map", "mode db protect", "policy get", "policy suggest"])
        {
            var run = await CommandRun.OfAsync([.. line.Split(' '), "--socket", socket]);
            Assert.Equal(ExitCode.Refused, run.ExitCode);
            Assert.Equal($"weir: No agent answers at {socket}.\n  'weir up' starts one. If one runs elsewhere, name its place with --state or --socket.\n", run.Error);
        }
    }

    [Fact]
    public async Task Another_state_directory_has_its_own_socket()
    {
        var run = await CommandRun.OfAsync("status", "--state", _folder.PathOf("state"));
        Assert.Contains(_folder.PathOf("state/weir.sock"), run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_with_errors_is_1_and_all_of_them_are_shown_by_line()
    {
        var file = _folder.Write("policy.yaml", "defaultMode: strict\nrules:\n  - id: 0\n    from: web\n    to: any\n");
        var run = await CommandRun.OfAsync("policy", "check", file, "--socket", _folder.PathOf("none.sock"));
        Assert.Equal(ExitCode.No, run.ExitCode);
        Assert.Contains("policy.yaml:1:", run.Output, StringComparison.Ordinal);
        Assert.Contains("policy.yaml:3:", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task A_configuration_with_errors_starts_nothing_and_shows_all_of_them()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "weir up needs root before it reads its configuration");
        var file = _folder.Write("weir.yaml", "socketGruop: weir\nheartbeat: soon\n");
        var run = await CommandRun.OfAsync("up", "-c", file, "--state", _folder.PathOf("state"));
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("weir.yaml:1:", run.Error, StringComparison.Ordinal);
        Assert.Contains("weir.yaml:2:", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("state")));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_wrong_usage()
    {
        var run = await CommandRun.OfAsync("policy", "check", "/nowhere.yaml", "--socket", _folder.PathOf("none.sock"));
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.StartsWith("weir: /nowhere.yaml can't be read: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workload_that_does_not_exist_is_wrong_usage_and_says_what_workloads_are()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "without root it is refused before");
        var run = await CommandRun.OfAsync("plan", "no-such-workload", "--state", _folder.PathOf("state"));
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("There is no workload no-such-workload on this host.", run.Error, StringComparison.Ordinal);
        Assert.Contains("/run/netns", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
