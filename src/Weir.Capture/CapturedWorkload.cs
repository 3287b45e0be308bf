namespace Weir.Capture;

/// <summary>A captured workload, from its journal.</summary>
public sealed record CapturedWorkload(CaptureTarget Target, CaptureMode Mode, IReadOnlyList<CapturedPort> Ports, DateTimeOffset Since);
