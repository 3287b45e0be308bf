using Weir.Agent;
using Weir.Cli.Output;
using Weir.Policy;

namespace Weir.Cli.Tests.Output;

public class TerminalTests
{
    [Fact]
    public void A_pipe_gets_columns_of_plain_text()
    {
        using StringWriter output = new();
        Write(output, isTerminal: false, hasColour: false);
        Assert.Equal("WHO  BYTES\nweb   1200\ndb\n", output.ToString());
    }

    [Fact]
    public void A_terminal_gets_lines_and_colours_and_with_NO_COLOR_lines_only()
    {
        using StringWriter coloured = new(), plain = new();
        Write(coloured, isTerminal: true, hasColour: true);
        Write(plain, isTerminal: true, hasColour: false);
        Assert.Contains("\e[32mweb", coloured.ToString(), StringComparison.Ordinal);
        Assert.Contains("╭", plain.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\e[32m", plain.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_says_what_happened_then_what_to_look_at_and_shows_a_stack_only_when_asked()
    {
        using StringWriter error = new(), debug = new();
        var failure = new AgentException(AgentProblem.Host, "It broke.", ["Look there."], new InvalidOperationException("inside"));
        new Terminal(TextWriter.Null, error, isTerminal: false, hasColour: false).Failure(failure, withStack: false);
        new Terminal(TextWriter.Null, debug, isTerminal: false, hasColour: false).Failure(failure, withStack: true);
        Assert.Equal("weir: It broke.\n  Look there.\n", error.ToString());
        Assert.Contains("InvalidOperationException: inside", debug.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL, "0 B")]
    [InlineData(1023UL, "1023 B")]
    [InlineData(1536UL, "1.5 KiB")]
    [InlineData(3UL << 30, "3.0 GiB")]
    public void Bytes_are_said_in_binary_units(ulong count, string words) => Assert.Equal(words, Words.Bytes(count));

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86400)]
    public void A_moment_is_said_as_time_ago(string text, int seconds)
    {
        var now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        Assert.True(Words.TryMoment(text, now, out var moment));
        Assert.Equal(TimeSpan.FromSeconds(seconds), now - moment);
        Assert.False(Words.TryMoment(text + "x", now, out _));
    }

    [Theory]
    [InlineData(0, PolicyMode.Protect, "protect")]
    [InlineData(12, PolicyMode.Protect, "rule 12")]
    public void What_decided_is_a_rule_or_the_mode(int rule, PolicyMode mode, string words) => Assert.Equal(words, Words.Rule(rule, mode));

    private static void Write(StringWriter output, bool isTerminal, bool hasColour)
    {
        var table = new TableView("who", Column.Number("bytes"));
        table.Add(new Cell("web", Tone.Good), "1200");
        table.Add("db", "");
        new Terminal(output, TextWriter.Null, isTerminal, hasColour).Table(table);
    }
}
