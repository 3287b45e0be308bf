using System.Text;
using Weir.Linux;

namespace Weir.Capture.Journal;

/// <summary>Files that are on the disk when the call returns. Readable by their owner only.</summary>
internal static class DurableFile
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateDirectory = Private | UnixFileMode.UserExecute;

    public static void CreateDirectory(string path) => Directory.CreateDirectory(path, PrivateDirectory);

    /// <summary>Writes a file beside the old one and renames it over: a reader sees the old text or the new, never a part.</summary>
    public static void Replace(string path, string text)
    {
        string temporary = path + ".new";
        using (FileStream stream = new(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Private }))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        DirectoryEntry.Flush(Path.GetDirectoryName(path)!);
    }

    public static FileStream OpenAppend(string path) =>
        new(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, UnixCreateMode = Private });

    public static void Delete(string path)
    {
        File.Delete(path);
        DirectoryEntry.Flush(Path.GetDirectoryName(path)!);
    }
}
