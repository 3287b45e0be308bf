using System.Text.Json;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Demo;

public class DemoTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData("inline")]
    [InlineData("tap")]
    public void One_round_of_the_demo_holds_in_all_that_its_workloads_observed(string mode)
    {
        RootTier.Require("ip");
        var result = DemoProgram.Run(["--once", "--json", "--mode", mode]);
        var json = DemoProgram.Json(result);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.True(json.GetProperty("ok").GetBoolean(), result.ToString());
        Assert.Equal(mode, json.GetProperty("mode").GetString());
        Assert.Equal(["web", "api", "db"], json.GetProperty("workloads").EnumerateArray().Select(w => w.GetString()));
        Assert.Contains(Talks(json, "flows"), talk => talk is ("web", "api", 8080, "http"));
        Assert.Contains(Talks(json, "flows"), talk => talk is ("api", "db", 6379, "redis"));
        Assert.All(json.GetProperty("flows").EnumerateArray(), flow => Assert.True(flow.GetProperty("bytes").GetInt64() > 0));
        Assert.NotEmpty(json.GetProperty("learned").EnumerateArray());
        Assert.Equal(3, json.GetProperty("allowed").GetArrayLength());
        Assert.Contains(Talks(json, "blocked"), talk => talk is ("web", "db", 6379, _));
        Assert.Contains(Talks(json, "blocked"), talk => talk is ("web", "api", 9000, _));
        Assert.Contains(Talks(json, "blocked"), talk => talk is ("web", "203.0.113.66", 4444, _));
        Assert.All(json.GetProperty("blocked").EnumerateArray(), blocked =>
        {
            Assert.NotEmpty(blocked.GetProperty("reason").GetString()!);
            Assert.NotEmpty(blocked.GetProperty("rule").GetString()!);
            Assert.Equal(mode == "inline", blocked.GetProperty("stopped").GetBoolean());
        });
        Assert.True(json.GetProperty("restored").GetBoolean());
        Assert.All(json.GetProperty("throughput").EnumerateObject(), rate => Assert.True(rate.Value.GetDouble() > 0, rate.Name));
    }

    [Theory]
    [InlineData("before")]
    [InlineData("discover")]
    [InlineData("protect")]
    [InlineData("attack")]
    [InlineData("throughput")]
    [InlineData("release")]
    public void A_round_that_is_broken_on_purpose_makes_the_result_false(string broken)
    {
        RootTier.Require("ip");
        var result = DemoProgram.Run(["--once", "--json"], broken);
        var json = DemoProgram.Json(result);

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.False(json.GetProperty("ok").GetBoolean());
        Assert.Equal(broken != "release", json.GetProperty("restored").GetBoolean());
    }

    [Theory]
    [InlineData(1, "INT")]
    [InlineData(2, "INT")]
    [InlineData(3, "TERM")]
    [InlineData(4, "INT")]
    [InlineData(5, "TERM")]
    public void A_signal_in_any_round_leaves_nothing_behind(int round, string signal)
    {
        RootTier.Require("ip");
        using var demo = DemoProgram.Start(["--json"]);
        WaitForRound(demo, round);
        demo.Signal(signal);
        demo.Signal(signal);

        Assert.True(demo.WaitForExit(TimeSpan.FromSeconds(30)), demo.Error);
        Assert.Empty(DemoProgram.LeftBy(demo.Pid));
        var json = DemoProgram.Json(demo.Result);
        // Round 5 is the live one, of which a signal is the regular end; before it the demo was cut short.
        Assert.Equal(round == 5, json.GetProperty("ok").GetBoolean());
        Assert.Equal(round == 5 ? 0 : 1, demo.Result.ExitCode);
    }

    [Fact]
    public void What_a_killed_demo_leaves_is_removed_by_the_next_one()
    {
        RootTier.Require("ip");
        int pid;
        using (var killed = DemoProgram.Start(["--json"]))
        {
            WaitForRound(killed, 3);
            pid = killed.Pid;
            killed.Signal("KILL");
            Assert.True(killed.WaitForExit(TimeSpan.FromSeconds(10)));
        }

        Eventually.True(TimeSpan.FromSeconds(10), () => DemoProgram.Workloads(pid).Count == 0, "the workloads die with the demo");
        Assert.NotEmpty(DemoProgram.LeftBy(pid));

        using var next = DemoProgram.Start(["--json"]);
        WaitForRound(next, 1);
        next.Signal("INT");
        Assert.True(next.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Contains($"(process {pid})", next.Error, StringComparison.Ordinal);
        Assert.Empty(DemoProgram.LeftBy(pid));
        Assert.Empty(DemoProgram.LeftBy(next.Pid));
    }

    [Fact]
    public void In_a_pipe_the_demo_is_plain_text_and_says_how_it_ended()
    {
        RootTier.Require("ip");
        var result = DemoProgram.Run(["--once"]);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.DoesNotContain('\e', result.Output);
        Assert.Contains("who talks to whom", result.Output, StringComparison.Ordinal);
        Assert.Contains("checks hold.", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("queue")]
    [InlineData("node")]
    [InlineData("pod")]
    public void Modes_of_later_versions_are_refused_with_words(string mode)
    {
        var result = DemoProgram.Run(["--mode", mode]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("comes later", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--mode", "sideways")]
    [InlineData("--port", "0")]
    [InlineData("--port", "70000")]
    [InlineData("--no-such-option", "x")]
    public void Wrong_usage_is_refused(string option, string value) => Assert.Equal(2, DemoProgram.Run([option, value]).ExitCode);

    private static void WaitForRound(RunningTool demo, int round) =>
        Eventually.True(Soon, () => demo.Error.Contains($"== {round}/5 ", StringComparison.Ordinal) || demo.HasExited, $"round {round} begins: {demo.Error}");

    private static IEnumerable<(string From, string To, int Port, string Protocol)> Talks(JsonElement json, string name) =>
        json.GetProperty(name).EnumerateArray().Select(talk => (
            talk.GetProperty("from").GetString()!,
            talk.GetProperty("to").GetString()!,
            talk.GetProperty("port").GetInt32(),
            talk.GetProperty("protocol").GetString()!));
}
