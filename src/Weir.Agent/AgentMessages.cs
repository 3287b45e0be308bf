using Microsoft.Extensions.Logging;
using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent;

/// <summary>What the agent logs. Numbers: 1 start and end, 2 workloads and captures, 3 policy, 4 the store.</summary>
internal static partial class AgentMessages
{
    [LoggerMessage(EventId = 101, Level = LogLevel.Information, Message = "State {Directory}, namespace {Namespace}, {Count} captures in place")]
    public static partial void Started(this ILogger log, string directory, string @namespace, int count);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "{What}")]
    public static partial void Recovered(this ILogger log, string what);

    [LoggerMessage(EventId = 103, Level = LogLevel.Information, Message = "Stopped; {What}")]
    public static partial void Stopped(this ILogger log, string what);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "{Workload} is captured {Mode}")]
    public static partial void Captured(this ILogger log, string workload, CaptureMode mode);

    [LoggerMessage(EventId = 202, Level = LogLevel.Information, Message = "{Workload} is released")]
    public static partial void Released(this ILogger log, string workload);

    [LoggerMessage(EventId = 203, Level = LogLevel.Warning, Message = "{Workload} has gone while it was captured; its capture is cleaned up")]
    public static partial void Vanished(this ILogger log, string workload);

    [LoggerMessage(EventId = 204, Level = LogLevel.Error, Message = "{Workload} can't be captured: {Reason}")]
    public static partial void CaptureFailed(this ILogger log, string workload, string reason);

    [LoggerMessage(EventId = 205, Level = LogLevel.Error, Message = "{Workload} can't be released: {Reason}")]
    public static partial void ReleaseFailed(this ILogger log, string workload, string reason);

    [LoggerMessage(EventId = 206, Level = LogLevel.Debug, Message = "Workloads: {Appeared} appeared, {Disappeared} disappeared, {Changed} changed")]
    public static partial void WorkloadsChanged(this ILogger log, int appeared, int disappeared, int changed);

    [LoggerMessage(EventId = 301, Level = LogLevel.Information, Message = "Policy generation {Generation}: {Rules} rules, {Learned} learned")]
    public static partial void PolicyInForce(this ILogger log, uint generation, int rules, int learned);

    [LoggerMessage(EventId = 302, Level = LogLevel.Information, Message = "{Group} is in {Mode} now")]
    public static partial void ModeSet(this ILogger log, string group, PolicyMode mode);

    [LoggerMessage(EventId = 401, Level = LogLevel.Warning, Message = "{Notice}")]
    public static partial void StoreNotice(this ILogger log, string notice);

    [LoggerMessage(EventId = 402, Level = LogLevel.Error, Message = "What was seen could not be recorded")]
    public static partial void StoreFailed(this ILogger log, Exception exception);

    [LoggerMessage(EventId = 403, Level = LogLevel.Error, Message = "The agent's housekeeping failed; it goes on")]
    public static partial void HousekeepingFailed(this ILogger log, Exception exception);
}
