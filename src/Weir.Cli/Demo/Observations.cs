using System.Text.Json.Serialization;
using Weir.Cli.Demo.Workloads;

namespace Weir.Cli.Demo;

/// <summary>The rounds, in order, by the names that progress and results show.</summary>
internal enum DemoRound : byte
{
    [JsonStringEnumMemberName("before")]
    Before,
    [JsonStringEnumMemberName("discover")]
    Discover,
    [JsonStringEnumMemberName("protect")]
    Protect,
    [JsonStringEnumMemberName("throughput")]
    Throughput,
    [JsonStringEnumMemberName("live")]
    Live,
    [JsonStringEnumMemberName("release")]
    Release,
}

/// <summary>What clients and servers saw at one moment.</summary>
internal sealed record Observation(WorkloadReply Web, WorkloadReply Api, WorkloadReply Db, WorkloadReply Stranger)
{
    public static long Connections(WorkloadReply reply, int port) => reply.Listeners.FirstOrDefault(count => count.Port == port)?.Connections ?? 0;

    public static long Requests(WorkloadReply reply, int port) => reply.Listeners.FirstOrDefault(count => count.Port == port)?.Requests ?? 0;
}

/// <summary>The legitimate traffic of a stretch of time, as its ends saw it.</summary>
internal sealed record Traffic
{
    /// <summary>web's calls of api that were answered.</summary>
    public required long Answered { get; init; }
    public required long AnsweredOverIpv6 { get; init; }
    public required long Failed { get; init; }
    public required string LastFailure { get; init; }
    /// <summary>Connects that had to be tried again because a port was being exchanged.</summary>
    public long Retried { get; init; }
    public required double SlowestMilliseconds { get; init; }
    /// <summary>Requests that api served.</summary>
    public required long ServedByApi { get; init; }
    public required long NewConnectionsToApi { get; init; }
    /// <summary>Commands that db served.</summary>
    public required long ServedByDb { get; init; }
    /// <summary>How often api had to connect to db since it began: 1 as long as nothing broke the connection.</summary>
    public required long UpstreamConnections { get; init; }
    public string UpstreamFailure { get; init; } = "";

    public static Traffic Between(Observation from, Observation to) => new()
    {
        Answered = to.Web.Caller.Answered - from.Web.Caller.Answered,
        AnsweredOverIpv6 = to.Web.Caller.AnsweredOverIpv6 - from.Web.Caller.AnsweredOverIpv6,
        Failed = to.Web.Caller.Failed - from.Web.Caller.Failed,
        Retried = to.Web.Caller.Retried - from.Web.Caller.Retried,
        LastFailure = to.Web.Caller.LastFailure,
        SlowestMilliseconds = to.Web.Caller.SlowestMilliseconds,
        ServedByApi = Observation.Requests(to.Api, WorkloadRole.ApiPort) - Observation.Requests(from.Api, WorkloadRole.ApiPort),
        NewConnectionsToApi = Observation.Connections(to.Api, WorkloadRole.ApiPort) - Observation.Connections(from.Api, WorkloadRole.ApiPort),
        ServedByDb = Observation.Requests(to.Db, WorkloadRole.DbPort) - Observation.Requests(from.Db, WorkloadRole.DbPort),
        UpstreamConnections = to.Api.UpstreamConnections,
        UpstreamFailure = to.Api.UpstreamFailure,
    };
}

/// <summary>One thing that web does once somebody has got hold of it.</summary>
internal enum AttackKind : byte { ReadDatabase, ScanPorts, CallHome }

/// <summary>An attack as both ends saw it.</summary>
/// <param name="SeenByServers">Connections that the attacked servers accepted because of it.</param>
internal sealed record Attack(AttackKind Kind, IReadOnlyList<Attempt> Attempts, long SeenByServers)
{
    /// <summary>Some answer came back, or some server saw a connection.</summary>
    public bool GotThrough => SeenByServers > 0 || Attempts.Any(attempt => attempt.Outcome != Outcome.Silent);

    public string Title => Kind switch
    {
        AttackKind.ReadDatabase => "web reads the database directly",
        AttackKind.ScanPorts => "web scans the ports of api and db",
        _ => "web connects to an unknown address",
    };
}
