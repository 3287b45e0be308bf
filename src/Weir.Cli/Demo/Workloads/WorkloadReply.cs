using System.Text.Json.Serialization;

namespace Weir.Cli.Demo.Workloads;

/// <summary>What came of a connection, as the client saw it.</summary>
internal enum Outcome : byte
{
    /// <summary>The server's answer arrived.</summary>
    Answered,

    /// <summary>The other host refused or ended it: the packet got there, or somebody said no on its behalf.</summary>
    Refused,

    /// <summary>Nothing came back in time.</summary>
    Silent,
}

/// <summary>One connection attempt: where to, and what the client saw.</summary>
internal sealed record Attempt(string Address, int Port, Outcome Outcome, string Answer = "");

/// <summary>What a listening port has seen since its workload began.</summary>
internal sealed record ListenerCount(int Port, long Connections, long Requests);

/// <summary>What a calling workload has seen since it began.</summary>
internal sealed record CallerCount
{
    public long Answered { get; init; }
    public long Failed { get; init; }
    /// <summary>Of the answered ones, those over IPv6.</summary>
    public long AnsweredOverIpv6 { get; init; }
    public string LastFailure { get; init; } = "";
    /// <summary>Connects that the own host refused for want of a route, and that were tried again: a port is exchanged just then.</summary>
    public long Retried { get; init; }
    /// <summary>The longest wait for an answer since the last status.</summary>
    public double SlowestMilliseconds { get; init; }
}

/// <summary>A workload's answer: one JSON line on its standard output. Id 0 says that all its servers listen.</summary>
internal sealed record WorkloadReply
{
    public int Id { get; init; }

    /// <summary>Why the command could not be done; null when it was.</summary>
    public string? Error { get; init; }

    public IReadOnlyList<ListenerCount> Listeners { get; init; } = [];

    public CallerCount Caller { get; init; } = new();

    /// <summary>How often the kept-open connection to the server behind this one had to be made.</summary>
    public long UpstreamConnections { get; init; }

    public string UpstreamFailure { get; init; } = "";

    public IReadOnlyList<Attempt> Attempts { get; init; } = [];

    /// <summary>What the receiver of a bulk transfer counted.</summary>
    public long BulkBytes { get; init; }

    /// <summary>From its first byte to its last.</summary>
    public long BulkMicroseconds { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(WorkloadCommand))]
[JsonSerializable(typeof(WorkloadReply))]
internal sealed partial class WorkloadJson : JsonSerializerContext;
