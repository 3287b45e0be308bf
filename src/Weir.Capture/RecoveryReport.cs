namespace Weir.Capture;

/// <summary>What recovery after a crash found and did, a sentence each.</summary>
public sealed record RecoveryReport(IReadOnlyList<string> Finished, IReadOnlyList<string> Undone, IReadOnlyList<string> Failed);
