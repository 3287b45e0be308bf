namespace Weir.Capture.Journal;

/// <summary>Keeps two from changing captures at once: flock(2) on a file of the state directory; a dead process holds nothing.</summary>
internal sealed class CaptureLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
    private readonly FileStream file;

    private CaptureLock(FileStream file) => this.file = file;

    /// <exception cref="CaptureException">Another process has worked on captures for longer than 20 s.</exception>
    public static CaptureLock Take(string directory)
    {
        DurableFile.CreateDirectory(directory);
        string path = Path.Combine(directory, "lock");
        long start = TimeProvider.System.GetTimestamp();
        using ManualResetEventSlim never = new();
        while (true)
        {
            try
            {
                // FileShare.None is flock(LOCK_EX | LOCK_NB) on this system.
                return new CaptureLock(new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }));
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                never.Wait(Interval, CancellationToken.None);
            }
            catch (IOException)
            {
                throw new CaptureException("another weir is at work", [$"{path} is locked by another process: wait for it to end, or look with `lsof {path}` who it is"]);
            }
        }
    }

    public void Dispose() => file.Dispose();
}
