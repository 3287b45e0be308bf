namespace Weir.Capture;

/// <summary>What capturing would change: ordered steps, each with its inverse.</summary>
public abstract record CapturePlan
{
    public required CaptureTarget Target { get; init; }
    public required CaptureMode Mode { get; init; }
    public required IReadOnlyList<CapturedPort> Ports { get; init; }
    public abstract IReadOnlyList<StepText> Render();
}
