namespace Weir.Capture;

/// <summary>Where Weir keeps its journal and its own namespace.</summary>
/// <param name="StateDirectory">Holds <c>captures/</c>, a journal per captured workload.</param>
/// <param name="NamespaceName">Weir's own named namespace, which holds vex, vin and the pipe.</param>
public sealed record CaptureSettings(string StateDirectory, string NamespaceName = "weir")
{
    /// <summary>What becomes of an inline workload's traffic when the enforcer is silent for longer than <see cref="HeartbeatTimeout"/>.</summary>
    public bool FailClosed { get; init; }
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromMilliseconds(600);
}
