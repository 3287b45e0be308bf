using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Weir.Agent;
using Weir.Agent.Api;

namespace Weir.Cli.Output;

/// <summary>Standard output and standard error: tables and colours for people, plain text in a pipe, JSON when asked for.</summary>
/// <param name="isTerminal">Somebody looks: tables get lines.</param>
/// <param name="hasColour">Tones are shown as colours (not in a pipe, not with NO_COLOR, not on a dumb terminal).</param>
public sealed class Terminal(TextWriter output, TextWriter error, bool isTerminal, bool hasColour)
{
    private static readonly JsonSerializerOptions Indented = new(ApiJson.Default.Options) { WriteIndented = true };

    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    public bool IsTerminal { get; } = isTerminal;

    public bool HasColour { get; } = hasColour;

    /// <summary>This process's own, as the environment describes them.</summary>
    public static Terminal OfProcess()
    {
        var isTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        return new Terminal(Console.Out, Console.Error, isTerminal, isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
    }

    public void Line(string text = "") => Output.WriteLine(text);

    public void Line(Cell cell) => Output.WriteLine(Paint(cell));

    public void Table(TableView table)
    {
        if (IsTerminal)
            SpectreTable.Write(this, table);
        else
            table.WriteTo(Output);
    }

    public void Json<T>(T value, JsonTypeInfo<T> type) =>
        Output.WriteLine(JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Indented.GetTypeInfo(type.Type)));

    /// <summary>Something that the reader of the output should know, apart from it.</summary>
    public void Note(string text) => Error.WriteLine(text);

    /// <summary>What happened, what it may mean, what to look at.</summary>
    public void Failure(AgentException failure, bool withStack)
    {
        Error.WriteLine($"{Paint(new Cell("weir:", Tone.Bad))} {failure.Message}");
        foreach (var finding in failure.Findings)
            Error.WriteLine($"  {finding}");
        if (withStack)
            Error.WriteLine(failure.InnerException ?? failure);
    }

    public string Paint(Cell cell) => HasColour && cell.Tone != Tone.Plain ? $"\e[{Code(cell.Tone)}m{cell.Text}\e[0m" : cell.Text;

    private static string Code(Tone tone) => tone switch
    {
        Tone.Good => "32",
        Tone.Warning => "33",
        Tone.Bad => "31",
        Tone.Faint => "2",
        Tone.Strong => "1",
        _ => "0",
    };

    /// <summary>Apart, so that the library is loaded only when a terminal wants a table.</summary>
    private static class SpectreTable
    {
        public static void Write(Terminal terminal, TableView view)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(terminal.Output),
                Ansi = AnsiSupport.Yes,
                ColorSystem = terminal.HasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            });
            var table = new Table { Border = TableBorder.Rounded, BorderStyle = new Style(decoration: Decoration.Dim) };
            foreach (var column in view.Columns)
                table.AddColumn(new TableColumn(new Markup(Markup.Escape(column.Title), new Style(decoration: Decoration.Bold))) { NoWrap = true, Alignment = column.IsNumber ? Justify.Right : Justify.Left });
            foreach (var row in view.Rows)
                table.AddRow(row.Select(cell => new Markup(Markup.Escape(cell.Text), StyleOf(cell.Tone))));
            console.Write(table);
        }

        private static Style StyleOf(Tone tone) => tone switch
        {
            Tone.Good => new Style(Color.Green),
            Tone.Warning => new Style(Color.Yellow),
            Tone.Bad => new Style(Color.Red),
            Tone.Faint => new Style(decoration: Decoration.Dim),
            Tone.Strong => new Style(decoration: Decoration.Bold),
            _ => Style.Plain,
        };
    }
}
