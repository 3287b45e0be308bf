namespace Weir.Capture;

/// <summary>The workload to capture: a name and its network namespace.</summary>
/// <param name="NamespacePath">A file of nsfs: <c>/run/netns/web</c>, <c>/proc/4711/ns/net</c>.</param>
public sealed record CaptureTarget(string Workload, string NamespacePath);
