namespace Weir.Cli.Output;

/// <summary>Rows under titled columns, before it is known where they are shown.</summary>
public sealed class TableView(params Column[] columns)
{
    private readonly List<Cell[]> _rows = [];

    public IReadOnlyList<Column> Columns => columns;

    public IReadOnlyList<Cell[]> Rows => _rows;

    public void Add(params Cell[] row) => _rows.Add(row);

    /// <summary>As columns of plain text, two spaces apart; what a pipe gets.</summary>
    public void WriteTo(TextWriter writer)
    {
        var widths = columns.Select((column, index) => _rows.Select(row => row[index].Text.Length).Append(column.Title.Length).Max()).ToArray();
        WriteRow(writer, widths, [.. columns.Select(column => column.Title.ToUpperInvariant())]);
        foreach (var row in _rows)
            WriteRow(writer, widths, [.. row.Select(cell => cell.Text)]);
    }

    private void WriteRow(TextWriter writer, int[] widths, string[] texts)
    {
        var padded = texts.Select((text, index) => columns[index].IsNumber ? text.PadLeft(widths[index]) : text.PadRight(widths[index]));
        writer.WriteLine(string.Join("  ", padded).TrimEnd());
    }
}
