using Weir.Linux;

namespace Weir.Capture;

public enum CaptureMode : byte { Tap, Inline }

/// <summary>Where Weir keeps its journal and its own namespace.</summary>
/// <param name="StateDirectory">Holds <c>captures/</c>, a journal per captured workload.</param>
/// <param name="NamespaceName">Weir's own named namespace, which holds vex, vin and the pipe.</param>
public sealed record CaptureSettings(string StateDirectory, string NamespaceName = "weir")
{
    /// <summary>What becomes of an inline workload's traffic when the enforcer is silent for longer than <see cref="HeartbeatTimeout"/>.</summary>
    public bool FailClosed { get; init; }
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromMilliseconds(600);
}

/// <summary>The workload to capture: a name and its network namespace.</summary>
/// <param name="NamespacePath">A file of nsfs: <c>/run/netns/web</c>, <c>/proc/4711/ns/net</c>.</param>
public sealed record CaptureTarget(string Workload, string NamespacePath);

/// <summary>A port of a captured workload.</summary>
public sealed record CapturedPort
{
    public required ushort Id { get; init; }
    /// <summary>The link's name in the workload: <c>eth0</c>.</summary>
    public required string Name { get; init; }
    /// <summary>The link's index in the workload.</summary>
    public required int Index { get; init; }
    public required byte[] Address { get; init; }
    /// <summary>Inline: <c>vex…</c>, the original port, in Weir's namespace; empty for tap.</summary>
    public string OutsideName { get; init; } = "";
    /// <summary>Inline: <c>vin…</c>, the peer of the workload's new port, in Weir's namespace; empty for tap.</summary>
    public string InsideName { get; init; } = "";
}

/// <summary>A captured workload, from its journal.</summary>
public sealed record CapturedWorkload(CaptureTarget Target, CaptureMode Mode, IReadOnlyList<CapturedPort> Ports, DateTimeOffset Since);

/// <summary>One step of a plan as it is shown, with its inverse.</summary>
/// <param name="Commands">The step as the standard tools' command lines.</param>
/// <param name="Explanation">One sentence: what and why.</param>
public sealed record StepText(string Namespace, IReadOnlyList<string> Commands, IReadOnlyList<string> Inverse, string Explanation);

/// <summary>What capturing would change: ordered steps, each with its inverse.</summary>
public abstract record CapturePlan
{
    public required CaptureTarget Target { get; init; }
    public required CaptureMode Mode { get; init; }
    public required IReadOnlyList<CapturedPort> Ports { get; init; }
    public abstract IReadOnlyList<StepText> Render();
}

/// <summary>Why a host can't be changed as asked: all reasons at once.</summary>
public sealed class CaptureException(string message, IReadOnlyList<string> findings) : Exception(message)
{
    public IReadOnlyList<string> Findings { get; } = findings;
}

/// <summary>A difference between a plan and the kernel.</summary>
public sealed record Drift(string Workload, string What, string Expected, string Found);

/// <summary>What recovery after a crash found and did, a sentence each.</summary>
public sealed record RecoveryReport(IReadOnlyList<string> Finished, IReadOnlyList<string> Undone, IReadOnlyList<string> Failed);

/// <summary>Capturing and releasing workloads. Works with and without a running agent; a lock file keeps two from working at once.</summary>
public sealed class Captures(CaptureSettings settings)
{
    public CaptureSettings Settings { get; } = settings;

    /// <summary>Reads the workload and says what would be done. <see cref="CaptureException"/>: why it can't.</summary>
    public CapturePlan Plan(CaptureTarget target, CaptureMode mode) => throw new NotImplementedException();

    /// <summary>Does exactly what <see cref="CapturePlan.Render"/> shows, through the journal. On an error all is undone before it is thrown.</summary>
    public CapturedWorkload Apply(CapturePlan plan, Action<StepText>? progress = null) => throw new NotImplementedException();

    public IReadOnlyList<CapturedWorkload> List() => throw new NotImplementedException();

    public void Release(string workload, Action<StepText>? progress = null) => throw new NotImplementedException();

    /// <summary>Finishes or undoes what a crash left half done, and removes what has no journal.</summary>
    public RecoveryReport Recover() => throw new NotImplementedException();

    public IReadOnlyList<Drift> Verify() => throw new NotImplementedException();
}

/// <summary>The enforcer's side of inline capture: the kernel programs with their maps, and the pipe's end to read and write.</summary>
public sealed class InlineDatapath : IDisposable
{
    /// <summary>Loads the programs and puts them in place of whatever steered the captured ports before.</summary>
    public static InlineDatapath Open(Captures captures) => throw new NotImplementedException();

    /// <summary>Weir's own namespace.</summary>
    public NetworkNamespace Namespace => throw new NotImplementedException();

    /// <summary>The end of the pipe that the packet loop reads and writes: <c>vth-weir</c>.</summary>
    public string PipeLink => throw new NotImplementedException();

    /// <summary>The index of <see cref="PipeLink"/>.</summary>
    public int PipeIndex => throw new NotImplementedException();

    /// <summary>The kernel's table of settled sessions.</summary>
    public SettledMap Settled => throw new NotImplementedException();

    /// <summary>A newly captured port: its programs are put in place.</summary>
    public void Attach(CapturedWorkload workload) => throw new NotImplementedException();

    /// <summary>Tells the kernel programs that the packet loop lives. A plain store to a mapped page; call it at every turn of the loop.</summary>
    public void Heartbeat() => throw new NotImplementedException();

    /// <summary>Per port: frames and bytes by what the program did with them.</summary>
    public IReadOnlyDictionary<string, ulong> Counters(ushort portId) => throw new NotImplementedException();

    /// <summary>Protect: frames from the workload whose source is not its own are dropped (and counted) in the kernel.</summary>
    public void SetStrict(ushort portId, bool strict) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
