namespace Weir.Capture;

/// <summary>A difference between a plan and the kernel.</summary>
public sealed record Drift(string Workload, string What, string Expected, string Found);
