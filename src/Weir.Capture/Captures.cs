using Weir.Capture.Inline;
using Weir.Capture.Journal;
using Weir.Capture.Plan;
using Weir.Capture.Steering;
using Weir.Capture.Tap;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Capture;

/// <summary>Capturing and releasing workloads. Works with and without a running agent; a lock file keeps two from working at once.</summary>
/// <remarks>
/// A capture is a list of steps. They stand in a journal on the disk before they are done, and each can be reverted by looking at the kernel alone:
/// so after a crash at any moment <see cref="Recover"/> brings the host back.
/// </remarks>
public sealed class Captures(CaptureSettings settings)
{
    private const ushort LastId = ushort.MaxValue;

    private readonly string directory = Path.Combine(settings.StateDirectory, "captures");
    private readonly WeirNamespace weirNamespace = new(settings);

    public CaptureSettings Settings { get; } = settings;

    /// <summary>Called at every point between two changes: operation (<c>apply</c>, <c>release</c>, <c>recover</c>) and number. Tests throw <see cref="SimulatedCrash"/>.</summary>
    internal Action<string, int>? FaultHook { get; set; }

    internal WeirNamespace WeirNamespace => weirNamespace;

    /// <summary>Reads the workload and says what would be done.</summary>
    /// <exception cref="CaptureException">Why it can't: all findings.</exception>
    public CapturePlan Plan(CaptureTarget target, CaptureMode mode)
    {
        string failure = $"{target.Workload} can't be captured";
        if (!Environment.IsPrivilegedProcess)
            throw new CaptureException(failure, ["capturing needs root: the workload's namespace is entered and its port moved"]);
        using NetworkNamespace workload = OpenTarget(target, failure);
        List<CaptureJournal> journals = CaptureJournal.List(directory);
        foreach (CaptureRecord other in journals.Select(journal => journal.Record))
        {
            if (other.Target.Workload == target.Workload)
                throw new CaptureException(failure, [$"{target.Workload} is captured already ({other.Mode}); release it first"]);
            if (other.Inode == workload.Inode)
                throw new CaptureException(failure, [$"{target.NamespacePath} is captured already, as {other.Target.Workload}"]);
        }

        Queue<ushort> ids = FreeIds(journals);
        return mode == CaptureMode.Inline
            ? InlinePlanner.Plan(Settings, weirNamespace, target, workload, ids)
            : TapPlan.Plan(target, workload, ids);
    }

    /// <summary>Does exactly what <see cref="CapturePlan.Render"/> shows, through the journal. On an error all is undone before it is thrown.</summary>
    public CapturedWorkload Apply(CapturePlan plan, Action<StepText>? progress = null)
    {
        using CaptureLock held = CaptureLock.Take(directory);
        RefuseStale(plan);
        DateTimeOffset since = TimeProvider.System.GetUtcNow();
        if (plan is TapPlan tap)
        {
            CaptureJournal tapJournal = CaptureJournal.Create(directory, tap.ToRecord(since));
            tapJournal.Write(new CaptureProgress(CaptureStage.Captured));
            return tapJournal.Record.ToWorkload();
        }

        InlinePlan inline = (InlinePlan)plan;
        CaptureJournal journal = CaptureJournal.Create(directory, inline.ToRecord(since));
        try
        {
            Run(journal, inline, progress);
        }
        catch (Exception exception) when (exception is not SimulatedCrash)
        {
            // A step that finds nothing to work on any more fails in words of its own.
            bool gone = exception is LinuxException or NetlinkException && IsGone(journal.Record);
            Undo(journal, "undo", null);
            if (gone)
                throw Disappeared(journal.Record, exception);
            throw;
        }

        return journal.Record.ToWorkload();
    }

    /// <summary>All captured workloads, in the order of their names.</summary>
    public IReadOnlyList<CapturedWorkload> List() =>
        [.. CaptureJournal.List(directory).Where(journal => journal.Progress.Stage == CaptureStage.Captured).Select(journal => journal.Record.ToWorkload())];

    /// <summary>Gives the workload its own port back, with what it has at this moment. The last release takes Weir's namespace away.</summary>
    /// <exception cref="CaptureException">Not captured.</exception>
    public void Release(string workload, Action<StepText>? progress = null)
    {
        using CaptureLock held = CaptureLock.Take(directory);
        CaptureJournal journal = CaptureJournal.List(directory).Find(journal => journal.Record.Target.Workload == workload)
            ?? throw new CaptureException($"{workload} can't be released", [$"{workload} is not captured"]);
        Release(journal, progress);
    }

    /// <summary>Finishes or undoes what a crash left half done, and removes what belongs to workloads that are gone.</summary>
    public RecoveryReport Recover()
    {
        using CaptureLock held = CaptureLock.Take(directory);
        List<string> finished = [], undone = [], failed = [];
        foreach (CaptureJournal journal in CaptureJournal.List(directory, clean: true))
        {
            string name = journal.Record.Target.Workload;
            try
            {
                switch (journal.Progress.Stage)
                {
                    case CaptureStage.Applying:
                        Undo(journal, "recover", null);
                        undone.Add($"{name}: its capture had not been completed; it is as before");
                        break;
                    case CaptureStage.Releasing:
                        Undo(journal, "recover", null);
                        finished.Add($"{name}: its release was completed");
                        break;
                    case CaptureStage.Captured when IsGone(journal.Record):
                        Undo(journal, "recover", null);
                        finished.Add($"{name}: the workload is gone; what was left of its capture is removed");
                        break;
                }
            }
            catch (Exception exception) when (exception is LinuxException or NetlinkException or InvalidOperationException or IOException)
            {
                failed.Add($"{name}: {exception.Message}");
            }
        }

        if (CaptureJournal.List(directory).TrueForAll(journal => journal.Record.Mode != CaptureMode.Inline))
            weirNamespace.DeleteIfUnused();
        return new RecoveryReport(finished, undone, failed);
    }

    /// <summary>Reads the kernel's state back and compares it with the plans.</summary>
    public IReadOnlyList<Drift> Verify() =>
        [.. CaptureJournal.List(directory).Where(journal => journal.Progress.Stage == CaptureStage.Captured).SelectMany(journal => InlineVerification.Verify(Settings, weirNamespace, journal.Record))];

    /// <summary>The records of the captured inline workloads, for the data path.</summary>
    internal List<CaptureRecord> InlineRecords() =>
        [.. CaptureJournal.List(directory).Where(journal => journal.Progress.Stage == CaptureStage.Captured && journal.Record.Inline is not null).Select(journal => journal.Record)];

    /// <summary>Makes Weir's namespace and the pipe for a data path, if they are not there.</summary>
    internal void HoldNamespace()
    {
        using CaptureLock held = CaptureLock.Take(directory);
        if (weirNamespace.IsForeign())
            throw new CaptureException("the data path can't be opened", [$"a namespace {weirNamespace.Name} exists that this state directory has not made"]);
        weirNamespace.Held = true;
        weirNamespace.Create();
        using NetworkNamespace ns = weirNamespace.OpenIfOurs() ?? throw new InvalidOperationException($"namespace {weirNamespace.Name} was not made");
        CreateNamespaceStep.Quieten(ns);
        using Netlink.RouteSocket socket = Netlink.RouteSocket.Open(ns);
        CreatePipeStep.CreateLinks(socket);
    }

    /// <summary>The data path is closed: without captured workloads its namespace goes.</summary>
    internal void LetGoOfNamespace()
    {
        using CaptureLock held = CaptureLock.Take(directory);
        weirNamespace.Held = false;
        if (CaptureJournal.List(directory).TrueForAll(journal => journal.Record.Mode != CaptureMode.Inline))
            weirNamespace.DeleteIfUnused();
    }

    private void Run(CaptureJournal journal, InlinePlan plan, Action<StepText>? progress)
    {
        CaptureRecord record = journal.Record;
        using StepContext context = NewContext(record, plan.Details.Before, "apply");
        if (context.Workload is null)
            throw new CaptureException($"{record.Target.Workload} can't be captured", ["the workload has disappeared"]);
        PlanText text = new(Settings.NamespaceName, record.Target.Workload, plan.Details, new ProgramRendering());
        for (int i = 0; i < plan.Steps.Count; i++)
        {
            CaptureStep step = plan.Steps[i];
            // While the workload is cut off nothing waits for the disk: the journal names the whole stretch before it begins.
            if (!step.InGap || !plan.Steps[i - 1].InGap)
            {
                int last = i;
                while (step.InGap && last + 1 < plan.Steps.Count && plan.Steps[last + 1].InGap)
                    last++;
                journal.Write(new CaptureProgress(CaptureStage.Applying, last));
            }

            context.Fault();
            step.Apply(context);
            context.Fault();
            if (!step.InGap)
                progress?.Invoke(step.Render(text));
        }

        foreach (CaptureStep step in plan.Steps.Where(step => step.InGap))
            progress?.Invoke(step.Render(text));
        if (IsGone(record))
            throw Disappeared(record);
        journal.Write(new CaptureProgress(CaptureStage.Captured));
    }

    private void Release(CaptureJournal journal, Action<StepText>? progress)
    {
        if (journal.Record.Inline is { } details && journal.Progress.Stage == CaptureStage.Captured)
        {
            WorkloadState state = ReadNow(journal.Record, details);
            journal.Write(new CaptureProgress(CaptureStage.Releasing, State: state));
        }

        Undo(journal, "release", progress);
    }

    /// <summary>What the workload has now: addresses and routes may have changed since it was captured. Its old state when its new port can't be read.</summary>
    private static WorkloadState ReadNow(CaptureRecord record, InlineDetails details)
    {
        using NetworkNamespace? workload = WorkloadFinder.Find(record.Target.NamespacePath, record.Inode);
        if (workload is null)
            return details.Before;
        using Netlink.RouteSocket socket = Netlink.RouteSocket.Open(workload);
        List<(ushort, Netlink.Route.Link)> ports = [];
        foreach (PortPlan port in details.Ports)
        {
            if (socket.Links.Get(port.Index) is not { } link || link.Name != port.Name)
                return details.Before;
            ports.Add((port.Id, link));
        }

        return PortReader.Read(workload, socket, ports);
    }

    /// <summary>Reverts all steps that may have been begun, last first; then the journal goes. On an error the journal stays, for the next try.</summary>
    private void Undo(CaptureJournal journal, string operation, Action<StepText>? progress)
    {
        CaptureRecord record = journal.Record;
        if (record.Inline is { } details)
        {
            bool applying = journal.Progress.Stage == CaptureStage.Applying;
            int last = applying ? journal.Progress.Step : record.Steps.Count - 1;
            using StepContext context = NewContext(record, journal.Progress.State ?? details.Before, operation);
            PlanText text = new(Settings.NamespaceName, record.Target.Workload, details, new ProgramRendering());
            for (int i = last; i >= 0; i--)
            {
                context.Fault();
                record.Steps[i].Revert(context);
                if (progress is not null && record.Steps[i].Render(text).Inverted() is { Explanation.Length: > 0 } shown)
                    progress(shown);
            }

            context.Fault();
        }

        journal.Delete();
        if (record.Inline is not null && CaptureJournal.List(directory).TrueForAll(other => other.Record.Inline is null))
            weirNamespace.DeleteIfUnused();
    }

    private StepContext NewContext(CaptureRecord record, WorkloadState state, string operation) => new(
        Settings,
        record.Inline!,
        state,
        WorkloadFinder.Find(record.Target.NamespacePath, record.Inode),
        new FaultPoints(operation, FaultHook),
        weirNamespace);

    private static CaptureException Disappeared(CaptureRecord record, Exception? cause = null) =>
        new($"{record.Target.Workload} can't be captured", ["the workload has disappeared while it was captured"], cause);

    private static bool IsGone(CaptureRecord record)
    {
        using NetworkNamespace? workload = WorkloadFinder.Find(record.Target.NamespacePath, record.Inode);
        return workload is null;
    }

    /// <summary>A plan is of the moment it was made; what it names must still be so.</summary>
    private void RefuseStale(CapturePlan plan)
    {
        string failure = $"{plan.Target.Workload} can't be captured";
        HashSet<ushort> ids = [.. plan.Ports.Select(port => port.Id)];
        foreach (CaptureRecord other in CaptureJournal.List(directory).Select(journal => journal.Record))
        {
            if (other.Target.Workload == plan.Target.Workload)
                throw new CaptureException(failure, [$"{plan.Target.Workload} is captured already ({other.Mode}); release it first"]);
            if (other.Ports.Any(port => ids.Contains(port.Id)))
                throw new CaptureException(failure, ["the plan is out of date: another workload was captured since; plan again"]);
        }

        using NetworkNamespace workload = OpenTarget(plan.Target, failure);
        ulong planned = plan is InlinePlan inline ? inline.Inode : ((TapPlan)plan).Inode;
        if (workload.Inode != planned)
            throw new CaptureException(failure, [$"the plan is out of date: {plan.Target.NamespacePath} is another namespace now; plan again"]);
    }

    private static NetworkNamespace OpenTarget(CaptureTarget target, string failure)
    {
        try
        {
            return NetworkNamespace.OpenPath(target.NamespacePath);
        }
        catch (LinuxException exception)
        {
            throw new CaptureException(failure, [$"its network namespace can't be opened: {exception.Message}"]);
        }
    }

    private static Queue<ushort> FreeIds(List<CaptureJournal> journals)
    {
        HashSet<int> used = [.. journals.SelectMany(journal => journal.Record.Ports).Select(port => (int)port.Id)];
        return new Queue<ushort>(Enumerable.Range(1, LastId).Where(id => !used.Contains(id)).Take(256).Select(id => (ushort)id));
    }
}

/// <summary>Thrown by a test's fault hook: the process "dies" here, and nothing that runs after it is cleaned up.</summary>
internal sealed class SimulatedCrash() : Exception("crash on purpose");
