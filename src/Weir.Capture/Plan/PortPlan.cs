namespace Weir.Capture.Plan;

/// <summary>One port of an inline capture: the three links with the names and indexes that they have in their places.</summary>
internal sealed record PortPlan
{
    public required ushort Id { get; init; }
    /// <summary>The port's name and index in the workload, before, during and after.</summary>
    public required string Name { get; init; }
    public required int Index { get; init; }
    /// <summary>The original's other end, as it counts in its own namespace.</summary>
    public required int HostPeerIndex { get; init; }
    /// <summary><c>vex…</c>: the original, while it is in Weir's namespace.</summary>
    public required string OutsideName { get; init; }
    public required int OutsideIndex { get; init; }
    /// <summary>A random address: while it is out, the original must not answer for the workload.</summary>
    public required byte[] OutsideAddress { get; init; }
    /// <summary><c>vin…</c>: the other end of the workload's new port.</summary>
    public required string InsideName { get; init; }
    public required int InsideIndex { get; init; }
    /// <summary><c>vne…</c>: the workload's new port, while it is in Weir's namespace.</summary>
    public required string SpareName { get; init; }
    public required int SpareIndex { get; init; }
    public required int TransmitQueues { get; init; }
    public required int ReceiveQueues { get; init; }
}
