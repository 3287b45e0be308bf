namespace Weir.Cli.Demo.Workloads;

/// <summary>What the demo asks a workload to do: one JSON line on its standard input.</summary>
/// <remarks>Setters, not init: the generated reader would give missing properties null instead of these defaults.</remarks>
internal sealed record WorkloadCommand
{
    public const string Status = "status";
    public const string Upstream = "upstream";
    public const string Call = "call";
    public const string Pause = "pause";
    public const string RedisGet = "redis-get";
    public const string Scan = "scan";
    public const string Talk = "talk";
    public const string Bulk = "bulk";

    /// <summary>The reply carries the same number.</summary>
    public int Id { get; set; }

    /// <summary>One of the words above.</summary>
    public string Do { get; set; } = "";

    public IReadOnlyList<string> Addresses { get; set; } = [];

    public IReadOnlyList<int> Ports { get; set; } = [];

    /// <summary>How long to try or to send, or the pause between two calls.</summary>
    public int Milliseconds { get; set; } = 1000;
}
