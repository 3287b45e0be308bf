using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Output;
using Weir.Cli.Rules;
using Weir.Host.Formats;
using Weir.Rules.Text;

namespace Weir.Cli.Commands;

/// <summary><c>weir rules load|show</c></summary>
internal static class RulesCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("rules", "Shows and installs the host's rules as texts of iptables-save, nft, ip, tc and ipset, without these tools.")
        {
            CreateLoad(host),
            CreateShow(host),
        };
        return command.WithExamples("weir rules show --as iptables", "weir rules load rules.txt --check");
    }

    private static Command CreateLoad(CommandHost host)
    {
        var files = new Argument<string[]>("FILE") { Description = "A text of one tool, or of several one after the other; - reads standard input, as does no file at all", Arity = ArgumentArity.ZeroOrMore };
        var at = RulesPlace.Option();
        var format = new Option<string?>("--as") { Description = "The format, when the content does not tell it", HelpName = string.Join('|', TextFormat.Names) };
        format.TakesOneOf([.. TextFormat.Names]);
        var check = new Option<bool>("--check") { Description = "Parse, resolve names and show what would be sent; change nothing. Exit code 1: a line is wrong" };
        var noFlush = new Option<bool>("--noflush", "-n") { Description = "What is there already stays, as with iptables-restore --noflush" };
        var counters = new Option<bool>("--counters", "-c") { Description = "The rules' counters are set as the text has them, as with iptables-restore --counters" };
        var flush = new Option<bool>("--flush") { Description = "The tables of an iptables text take the place of those that are there (the default)" };
        var command = host.Command("load", "Installs what iptables-save, nft, ip, tc or ipset print or read: all of a file or, when a line is refused, nothing.", RunAsync)
            .WithExamples("weir rules load /etc/iptables/rules.v4", "weir rules load --check --at web rules.txt", "iptables-save | weir rules load - --at web");
        command.Add(files);
        command.Add(at);
        command.Add(format);
        command.Add(check);
        command.Add(flush);
        command.Add(noFlush);
        command.Add(counters);
        command.Validators.Add(result =>
        {
            if (result.GetValue(flush) && result.GetValue(noFlush))
                result.AddError("--flush and --noflush exclude each other.");
        });
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            Invocation.RequireRoot();
            using var ns = RulesPlace.Open(invocation.Arguments.GetValue(at));
            var options = new LoadOptions { NoFlush = invocation.Arguments.GetValue(noFlush), Counters = invocation.Arguments.GetValue(counters) };
            var isCheck = invocation.Arguments.GetValue(check);
            var results = new List<LoadedFile>();
            foreach (var path in invocation.Arguments.GetValue(files) is { Length: > 0 } named ? named : ["-"])
            {
                var file = RulesFile.Parse(path, await InputFile.ReadAsync(path, invocation.Cancel), invocation.Arguments.GetValue(format));
                results.Add(isCheck ? file.Check(ns, options) : file.Load(ns, options));
            }

            if (invocation.WantsJson)
                invocation.Terminal.Output.WriteLine(JsonSerializer.Serialize([.. results], RulesJson.Default.LoadedFileArray));
            else
                Show(invocation.Terminal, results, isCheck);
            return results.TrueForAll(result => result.Findings.Count == 0) ? ExitCode.Done : ExitCode.No;
        }
    }

    private static Command CreateShow(CommandHost host)
    {
        var at = RulesPlace.Option();
        var format = new Option<string>("--as")
        {
            Description = "Which texts; all prints each behind a line that names its tool, and can be loaded again",
            HelpName = string.Join('|', [.. TextFormat.Names, "all"]),
            DefaultValueFactory = _ => "all",
        };
        format.TakesOneOf([.. TextFormat.Names, "all"]);
        var counters = new Option<bool>("--counters", "-c", "-s") { Description = "With what was counted, as iptables-save -c and tc -s print it; nft, ipset and the JSON of iptables always have it" };
        var command = host.Command("show", "Prints the kernel's state as iptables-save, nft, ip, tc and ipset would.", RunAsync)
            .WithExamples("weir rules show --as iptables", "weir rules show --at web --as nft --json", "weir rules show --at web > web.rules", "weir rules show --as tc --counters");
        command.Add(at);
        command.Add(format);
        command.Add(counters);
        return command;

        Task<int> RunAsync(Invocation invocation)
        {
            Invocation.RequireRoot();
            using var ns = RulesPlace.Open(invocation.Arguments.GetValue(at));
            var wanted = invocation.Arguments.GetRequiredValue(format);
            var options = new ShowOptions { Counters = invocation.Arguments.GetValue(counters) };
            if (invocation.WantsJson)
                RulesPrinter.WriteJson(ns, wanted, options, invocation.Terminal.Output);
            else
                RulesPrinter.Write(ns, wanted, options, invocation.Terminal.Output);
            return Task.FromResult(ExitCode.Done);
        }
    }

    private static void Show(Terminal terminal, List<LoadedFile> results, bool isCheck)
    {
        foreach (var result in results)
        {
            foreach (var finding in result.Findings)
                terminal.Line(new Cell($"{result.File}: {finding}", Tone.Bad));
            if (result.Findings.Count != 0)
                continue;
            if (isCheck)
            {
                foreach (var message in result.Messages)
                    terminal.Line(message);
            }

            terminal.Note($"{result.File}: {string.Join(", ", result.Formats)}, {result.Messages.Count} messages {(isCheck ? "would be sent" : "sent")}.");
        }
    }
}
