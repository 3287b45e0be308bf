using System.Net;
using Weir.Capture.Inline;
using Weir.Capture.Journal;
using Weir.Capture.Tests.Inline;

namespace Weir.Capture.Tests.Journal;

public sealed class CaptureJournalTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("weir-test-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_record_comes_back_with_its_steps_and_everything_that_undoing_needs()
    {
        CaptureRecord written = Sample.Plan().ToRecord(DateTimeOffset.UnixEpoch);
        CaptureJournal.Create(directory, written).Write(new CaptureProgress(CaptureStage.Applying, 3));

        CaptureJournal read = Assert.Single(CaptureJournal.List(directory));
        Assert.Equal(CaptureStage.Applying, read.Progress.Stage);
        Assert.Equal(3, read.Progress.Step);
        Assert.Equal(written.Steps, read.Record.Steps);
        Assert.IsType<MoveOutStep>(read.Record.Steps[4]);
        Assert.Equal(written.Target, read.Record.Target);
        Assert.Equal(IPAddress.Parse("172.17.0.2"), read.Record.Inline!.Before.Ports[0x27].Addresses[0].Address);
        Assert.Equal([1, 2, 3], read.Record.Inline.Before.Routes.Routes[1].Raw);
        Assert.Equal(1400u, read.Record.Inline.Before.Routes.Routes[1].Metrics[2]);
        Assert.Equal(written.Inline!.Ports[0].OutsideAddress, read.Record.Inline.Ports[0].OutsideAddress);
    }

    [Fact]
    public void A_line_torn_at_any_byte_is_as_if_it_had_not_been_written()
    {
        CaptureJournal journal = CaptureJournal.Create(directory, Sample.Plan().ToRecord(DateTimeOffset.UnixEpoch));
        string path = Assert.Single(Directory.GetFiles(directory));
        journal.Write(new CaptureProgress(CaptureStage.Applying, 2));
        byte[] before = File.ReadAllBytes(path);
        journal.Write(new CaptureProgress(CaptureStage.Captured));
        byte[] after = File.ReadAllBytes(path);

        for (int length = before.Length; length < after.Length - 1; length++)
        {
            File.WriteAllBytes(path, after[..length]);
            Assert.Equal(2, CaptureJournal.Open(path)!.Progress.Step);
        }

        // And the next line goes where the torn one began.
        File.WriteAllBytes(path, after[..(before.Length + 9)]);
        CaptureJournal.Open(path)!.Write(new CaptureProgress(CaptureStage.Releasing));
        Assert.Equal(CaptureStage.Releasing, CaptureJournal.Open(path)!.Progress.Stage);
    }

    [Fact]
    public void A_file_without_a_whole_first_line_is_no_capture_and_is_cleaned_away()
    {
        CaptureJournal.Create(directory, Sample.Plan().ToRecord(DateTimeOffset.UnixEpoch));
        string path = Assert.Single(Directory.GetFiles(directory));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..100]);
        Assert.Empty(CaptureJournal.List(directory));
        Assert.Empty(CaptureJournal.List(directory, clean: true));
        Assert.Empty(Directory.GetFiles(directory));
    }

    [Fact]
    public void Any_name_of_a_workload_is_a_file_in_the_directory()
    {
        CaptureRecord record = Sample.Plan().ToRecord(DateTimeOffset.UnixEpoch) with { Target = new CaptureTarget("../../etc/pod one", "/proc/1/ns/net") };
        CaptureJournal.Create(directory, record);
        Assert.Equal("../../etc/pod one", Assert.Single(CaptureJournal.List(directory)).Record.Target.Workload);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory.GetFiles(directory)[0]));
    }

    [Fact]
    public void The_lock_is_held_by_one_at_a_time()
    {
        CaptureLock first = CaptureLock.Take(directory);
        Assert.Throws<IOException>(() => new FileStream(Path.Combine(directory, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        first.Dispose();
        CaptureLock.Take(directory).Dispose();
    }
}
