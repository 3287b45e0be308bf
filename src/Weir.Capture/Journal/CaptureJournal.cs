using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Weir.Capture.Journal;

/// <summary>
/// The file of one captured workload. A line per entry, each with a check sum, appended and on the disk before what it announces is done.
/// The first line is the whole record, the others are progress. A torn last line is as if it had not been written.
/// </summary>
internal sealed class CaptureJournal
{
    private const string Extension = ".capture";
    private readonly string file;

    private CaptureJournal(string path, CaptureRecord record, CaptureProgress progress)
    {
        file = path;
        Record = record;
        Progress = progress;
    }

    public CaptureRecord Record { get; }

    public CaptureProgress Progress { get; private set; }

    public static CaptureJournal Create(string directory, CaptureRecord record)
    {
        DurableFile.CreateDirectory(directory);
        string path = PathOf(directory, record.Target.Workload);
        CaptureProgress progress = new(CaptureStage.Applying);
        DurableFile.Replace(path, Line(JsonSerializer.Serialize(record, JournalJson.Default.CaptureRecord)));
        return new CaptureJournal(path, record, progress);
    }

    /// <summary>Null when the file holds no whole first line: nothing had been done yet.</summary>
    public static CaptureJournal? Open(string path)
    {
        CaptureRecord? record = null;
        CaptureProgress progress = new(CaptureStage.Applying);
        foreach (string line in File.ReadAllText(path).Split('\n'))
        {
            if (Content(line) is not { } json)
                break;
            if (record is null)
                record = JsonSerializer.Deserialize(json, JournalJson.Default.CaptureRecord);
            else
                progress = JsonSerializer.Deserialize(json, JournalJson.Default.CaptureProgress) ?? progress;
        }

        return record is null ? null : new CaptureJournal(path, record, progress);
    }

    /// <summary>All journals of a directory, in the order of their names. Files without a whole record are removed: nothing had been done.</summary>
    public static List<CaptureJournal> List(string directory, bool clean = false)
    {
        List<CaptureJournal> journals = [];
        if (!Directory.Exists(directory))
            return journals;
        foreach (string path in Directory.GetFiles(directory, "*" + Extension).Order(StringComparer.Ordinal))
        {
            try
            {
                if (Open(path) is { } journal)
                    journals.Add(journal);
                else if (clean)
                    DurableFile.Delete(path);
            }
            catch (FileNotFoundException)
            {
                // Released by another process since it was listed.
            }
        }

        return journals;
    }

    /// <summary>Appends what is about to happen; returns when it is on the disk.</summary>
    public void Write(CaptureProgress progress)
    {
        using FileStream stream = DurableFile.OpenAppend(file);
        // What a crash left half written goes first: the file is cut after its last whole line.
        stream.SetLength(WholeLength(stream));
        stream.Seek(0, SeekOrigin.End);
        stream.Write(Encoding.UTF8.GetBytes(Line(JsonSerializer.Serialize(progress, JournalJson.Default.CaptureProgress))));
        stream.Flush(flushToDisk: true);
        Progress = progress;
    }

    public void Delete() => DurableFile.Delete(file);

    private static string PathOf(string directory, string workload) => Path.Combine(directory, Uri.EscapeDataString(workload) + Extension);

    private static string Line(string json) => $"{Sum(json)} {json}\n";

    /// <summary>The text of a line whose check sum is right; null otherwise.</summary>
    private static string? Content(string line) => line.Length > 17 && line[16] == ' ' && line.StartsWith(Sum(line[17..]), StringComparison.Ordinal) ? line[17..] : null;

    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    private static long WholeLength(FileStream file)
    {
        file.Seek(0, SeekOrigin.Begin);
        using StreamReader reader = new(file, Encoding.UTF8, leaveOpen: true);
        long length = 0;
        foreach (string line in reader.ReadToEnd().Split('\n')[..^1])
        {
            if (Content(line) is null)
                break;
            length += Encoding.UTF8.GetByteCount(line) + 1;
        }

        return length;
    }
}
