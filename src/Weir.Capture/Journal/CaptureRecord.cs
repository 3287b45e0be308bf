using Weir.Capture.Plan;

namespace Weir.Capture.Journal;

/// <summary>The first line of a journal: everything that undoing needs.</summary>
internal sealed record CaptureRecord
{
    public int Version { get; init; } = 1;
    public required CaptureTarget Target { get; init; }
    /// <summary>The namespace's inode: a new namespace under the same name is another workload.</summary>
    public required ulong Inode { get; init; }
    public required CaptureMode Mode { get; init; }
    public required DateTimeOffset Since { get; init; }
    public required IReadOnlyList<CapturedPort> Ports { get; init; }
    /// <summary>Null for a tap, which changes nothing.</summary>
    public InlineDetails? Inline { get; init; }
    public IReadOnlyList<CaptureStep> Steps { get; init; } = [];

    public CapturedWorkload ToWorkload() => new(Target, Mode, Ports, Since);
}

/// <summary>How far a capture is.</summary>
internal enum CaptureStage { Applying, Captured, Releasing }

/// <summary>A later line of a journal: what is about to happen.</summary>
/// <param name="Step">While applying: the last step that may have been begun.</param>
/// <param name="State">While releasing: what the workload's ports shall have in the end.</param>
internal sealed record CaptureProgress(CaptureStage Stage, int Step = -1, WorkloadState? State = null);
