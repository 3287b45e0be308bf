namespace Weir.Capture;

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
