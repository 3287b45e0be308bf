namespace Weir.Cli.Demo.Workloads;

/// <summary>What a workload's program serves, and on which ports.</summary>
internal static class WorkloadRole
{
    /// <summary>An HTTP server, and a client of <see cref="Api"/>.</summary>
    public const string Web = "web";

    /// <summary>An HTTP server that asks <see cref="Db"/> for each request, with an administration port that nobody uses, and a bulk receiver.</summary>
    public const string Api = "api";

    /// <summary>A server that speaks Redis' protocol.</summary>
    public const string Db = "db";

    /// <summary>Somebody on the outside, who should not be talked to.</summary>
    public const string Stranger = "stranger";

    /// <summary>A bulk receiver and sender, and nothing else.</summary>
    public const string Plain = "plain";

    public const int WebPort = 80;
    public const int ApiPort = 8080;
    public const int AdminPort = 9000;
    public const int BulkPort = 5201;
    public const int DbPort = 6379;
    public const int StrangerPort = 4444;
}
