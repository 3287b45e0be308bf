using Spectre.Console;
using Weir.Capture;
using Weir.Cli.Output;

namespace Weir.Cli.Demo;

/// <summary>What the demo shows while it runs: tables and colours in a terminal, plain text in a pipe; with --json only a line per round and check, on standard error.</summary>
internal sealed class DemoView
{
    private const int PipeWidth = 132;
    private readonly bool _brief;

    public DemoView(bool brief)
    {
        _brief = brief;
        var writer = brief ? System.Console.Error : System.Console.Out;
        var isRedirected = brief ? System.Console.IsErrorRedirected : System.Console.IsOutputRedirected;
        IsTerminal = !isRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        var hasColour = IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = IsTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = hasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        });
        if (!IsTerminal)
            Console.Profile.Width = PipeWidth;
    }

    public IAnsiConsole Console { get; }

    public bool IsTerminal { get; }

    public void Header(CaptureMode mode)
    {
        Line($"[bold]weir demo[/]  mode [bold]{mode.ToString().ToLowerInvariant()}[/]");
        Line("[grey]Three workloads with real sockets (web → api → db) in network namespaces of their own. This host's own network is not touched.[/]");
    }

    public void Round(int number, int count, string title, string sentence)
    {
        Console.WriteLine();
        if (IsTerminal && !_brief)
            Console.Write(new Rule($"[bold]{number}/{count}  {Markup.Escape(title)}[/]") { Justification = Justify.Left, Style = Style.Parse("blue") });
        else
            Line($"[bold]== {number}/{count} {Markup.Escape(title)}[/]");
        if (!_brief)
            Line($"[grey]{Markup.Escape(sentence)}[/]");
    }

    public void Step(string text) => Item("[grey]·[/]", "·", $"[grey]{Markup.Escape(text)}[/]");

    public void Check(Check check)
    {
        var (mark, plain) = check.Ok ? ($"[green]{Sign("✓", "ok")}[/]", "ok") : ($"[red bold]{Sign("✗", "NO")}[/]", "NO");
        var what = check.Ok ? Markup.Escape(check.What) : $"[red]{Markup.Escape(check.What)}[/]";
        Item(mark, plain, $"{what}  [grey]{Markup.Escape(check.Observed)}[/]");
    }

    public void Warning(string text) => Item("[yellow]![/]", "!", Markup.Escape(text));

    public void Table(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        if (_brief)
            return;
        Console.WriteLine();
        Line($"  [bold]{Markup.Escape(title)}[/]");
        Console.Write(new Padder(MakeTable(columns, rows), new Padding(2, 0, 0, IsTerminal ? 0 : 1)));
    }

    /// <param name="columns">A column whose name begins with &gt; holds numbers and is aligned to the right; with ~ its text may be wrapped.</param>
    public Table MakeTable(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        var table = new Table
        {
            Border = IsTerminal ? TableBorder.Rounded : TableBorder.None,
            BorderStyle = new Style(Color.Grey),
            UseSafeBorder = true,
            ShowHeaders = true,
        };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column.TrimStart('>', '~')))
            {
                Alignment = column.StartsWith('>') ? Justify.Right : Justify.Left,
                NoWrap = !column.StartsWith('~'),
            });
        }

        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell.Text, StyleOf(cell.Tone))));
        return table;
    }

    /// <summary>The three states side by side, each with a bar against the first.</summary>
    public void Throughput(ThroughputResult result, bool isTap)
    {
        if (_brief)
            return;
        const int widest = 40;
        var most = Math.Max(result.Before, Math.Max(result.Discover, result.Protect));
        IReadOnlyList<Cell> Row(string name, double value) =>
        [
            name,
            $"{value:0.0}",
            result.Before > 0 ? $"{value / result.Before:P0}" : "",
            new Cell(new string(Console.Profile.Capabilities.Unicode ? '█' : '#', most > 0 ? (int)Math.Round(value / most * widest) : 0), Tone.Good),
        ];

        Table(
            "bulk TCP between two workloads, medians",
            ["", ">Gbit/s", ">of before", ""],
            [Row("before (identical pair, not captured)", result.Before), Row("discover", result.Discover), Row(isTap ? "monitor" : "protect", result.Protect)]);
    }

    public void End(bool ok, int holding, int all)
    {
        Console.WriteLine();
        Line(ok
            ? $"[green bold]All {all} checks hold.[/] Captured, learned, protected, released; nothing is left."
            : $"[red bold]{holding} of {all} checks hold.[/] The lines marked above say what was seen instead.");
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        Tone.Faint => new Style(Color.Grey),
        Tone.Strong => new Style(decoration: Decoration.Bold),
        _ => Style.Plain,
    };

    /// <summary>A mark and a text that is wrapped beside it, not below it.</summary>
    private void Item(string mark, string plainMark, string markup)
    {
        if (!IsTerminal)
        {
            Line($"  {plainMark} {markup}");
            return;
        }

        var grid = new Grid();
        grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(2, 0, 1, 0) });
        grid.AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        grid.AddRow(mark, markup);
        Console.Write(grid);
    }

    private string Sign(string unicode, string ascii) => Console.Profile.Capabilities.Unicode ? unicode : ascii;

    /// <summary>One line of markup; never wrapped in a pipe, so that each line can be searched for.</summary>
    public void Line(string markup)
    {
        if (IsTerminal)
            Console.MarkupLine(markup);
        else
            (_brief ? System.Console.Error : System.Console.Out).WriteLine(Markup.Remove(markup));
    }
}
