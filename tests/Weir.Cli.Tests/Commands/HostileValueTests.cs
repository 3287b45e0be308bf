using System.CommandLine;
using System.CommandLine.Completions;
using Weir.Cli.Commands;
using Weir.Cli.Output;

namespace Weir.Cli.Tests.Commands;

/// <summary>Every value that any command takes, given what it can't be: the answer is a refusal in words. Nothing is run that parses.</summary>
public class HostileValueTests
{
    private static readonly string[] Hostile =
    [
        "abc", "-1", "0", "1.5", "99999999999999999999", "0x", "999999d", "10.0.0.9/", "10.0.0.9/99999", "/", "::1/64", "\u0001\u001b[31m", "%s%n", "\ud800", new('a', 100_000),
    ];

    /// <summary>What stands for a value elsewhere on the line, by the name of its parameter.</summary>
    private static readonly Dictionary<string, string> Good = new()
    {
        ["--address"] = "10.0.0.9/24", ["--gateway"] = "10.0.0.1", ["--dns"] = "10.0.0.1", ["--nat-mark"] = "144", ["--rto-min"] = "10ms", ["--mtu"] = "1500", ["--stats"] = "1", ["--seconds"] = "1", ["--limit"] = "5",
        ["--since"] = "10m", ["--port"] = "80", ["--mode"] = "inline", ["PORT"] = "80", ["PATH"] = "/", ["MODE"] = "protect",
    };

    public static TheoryData<string> Parameters => [.. All().Select(parameter => $"{parameter.Path}: {parameter.Symbol.Name}")];

    [Theory, MemberData(nameof(Parameters))]
    public async Task No_value_is_answered_with_an_exception(string place)
    {
        var parameter = All().Single(parameter => $"{parameter.Path}: {parameter.Symbol.Name}" == place);
        foreach (var line in Hostile.SelectMany(parameter.LinesWith))
            await CheckAsync(parameter, line);
    }

    [Theory, MemberData(nameof(Parameters))]
    public async Task An_empty_value_and_a_nul_are_wrong_usage_everywhere(string place)
    {
        var parameter = All().Single(parameter => $"{parameter.Path}: {parameter.Symbol.Name}" == place);
        foreach (var line in ((string[])["", "\0", "a\0b"]).SelectMany(parameter.LinesWith))
            Assert.True(await CheckAsync(parameter, line), $"{Shown(line)} is taken");
    }

    [Theory, MemberData(nameof(Parameters))]
    public async Task An_option_given_twice_is_answered_with_no_exception(string place)
    {
        var parameter = All().Single(parameter => $"{parameter.Path}: {parameter.Symbol.Name}" == place);
        if (parameter.Symbol is Option option)
            await CheckAsync(parameter, [.. parameter.Words, .. parameter.Required, option.Name, "abc", option.Name, "0"]);
    }

    [Fact]
    public void The_good_values_are_good_and_the_walk_reaches_every_command()
    {
        var parameters = All().ToList();
        foreach (var parameter in parameters)
            Assert.Empty(parameter.Root.Parse([.. parameter.Words, .. parameter.Everything]).Errors);
        Assert.Contains(parameters, parameter => parameter is { Path: "weir tcp bench serve", Symbol.Name: "--mtu" });
        Assert.Contains(parameters, parameter => parameter is { Path: "weir policy check", Symbol.Name: "FILE" });
        Assert.Contains(parameters, parameter => parameter is { Path: "weir demo", Symbol.Name: "--state" });
    }

    /// <returns>Whether it was refused.</returns>
    private static async Task<bool> CheckAsync(Parameter parameter, IReadOnlyList<string> line)
    {
        try
        {
            var parsed = parameter.Root.Parse(line);
            if (parsed.Errors.Count == 0)
            {
                Read(parsed, parameter.Symbol);
                return false;
            }

            var run = await CommandRun.OfAsync(line);
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.StartsWith("weir: ", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("\u001b", run.Error, StringComparison.Ordinal);
            Assert.All(run.Error.TrimEnd('\n').Split('\n')[..^1], message => Assert.True(message.StartsWith("weir: ", StringComparison.Ordinal) && message.Length < 400, message));
            return true;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{Shown(line)}: {exception}");
            throw;
        }
    }

    /// <summary>The value, as the command would ask for it.</summary>
    private static void Read(ParseResult parsed, Symbol symbol)
    {
        if (symbol is Option option)
            _ = parsed.GetResult(option)!.GetValueOrDefault<object?>();
        else
            _ = parsed.GetResult((Argument)symbol)!.GetValueOrDefault<object?>();
    }

    private static string Shown(IReadOnlyList<string> line) => string.Join(' ', line.Select(Words.Quoted));

    private static IEnumerable<Parameter> All()
    {
        var root = WeirCommand.Create(new CommandHost(new Terminal(TextWriter.Null, TextWriter.Null, isTerminal: false, hasColour: false), TimeProvider.System));
        return Below(root, root, [], []);
    }

    private static IEnumerable<Parameter> Below(RootCommand root, Command command, string[] words, Option[] fromAbove)
    {
        Option[] options = [.. fromAbove, .. command.Options.Where(option => option.Arity.MaximumNumberOfValues > 0)];
        if (command.Action is not null)
        {
            foreach (var symbol in command.Arguments.Cast<Symbol>().Concat(options))
                yield return new Parameter(root, words, command, options, symbol);
        }

        foreach (var parameter in command.Subcommands.SelectMany(inner => Below(root, inner, [.. words, inner.Name], [.. options.Where(option => option.Recursive)])))
            yield return parameter;
    }

    /// <summary>An option or an argument at a command.</summary>
    private sealed record Parameter(RootCommand Root, string[] Words, Command Command, Option[] Options, Symbol Symbol)
    {
        public string Path => string.Join(' ', ["weir", .. Words]);

        public IReadOnlyList<string> Required => Line(isWhole: false, hostile: null, []);

        public IReadOnlyList<string> Everything => Line(isWhole: true, hostile: null, []);

        /// <summary>The value with what must be there, and with all that may.</summary>
        public IEnumerable<string[]> LinesWith(string value)
        {
            yield return [.. Words, .. Line(isWhole: false, Symbol, [value])];
            yield return [.. Words, .. Line(isWhole: true, Symbol, [value])];
        }

        private List<string> Line(bool isWhole, Symbol? hostile, string[] value)
        {
            var line = new List<string>();
            foreach (var argument in Command.Arguments.Where(argument => argument == hostile || isWhole || argument.Arity.MinimumNumberOfValues > 0))
                line.AddRange(argument == hostile ? value : [GoodFor(argument, argument.GetCompletions(CompletionContext.Empty))]);
            // Without an address a stack needs --dhcp.
            foreach (var option in Options.Where(option => option == hostile || (isWhole && option.ValueType != typeof(bool)) || option.Required || option.Name == "--address"))
                line.AddRange(option == hostile ? [option.Name, .. value] : [option.Name, GoodFor(option, option.GetCompletions(CompletionContext.Empty))]);
            return line;
        }

        private static string GoodFor(Symbol symbol, IEnumerable<CompletionItem> completions) =>
            Good.TryGetValue(symbol.Name, out var good) ? good : completions.FirstOrDefault()?.Label ?? "x";
    }
}
