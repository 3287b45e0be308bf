using Weir.Agent.Api;
using Weir.Agent.Store;
using Weir.Enforcer;
using Weir.Policy;

namespace Weir.Agent.Flows;

/// <summary>Records as the API tells them.</summary>
internal static class FlowText
{
    public static string Protocol(byte protocol) => protocol switch
    {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        58 => "icmpv6",
        132 => "sctp",
        _ => protocol.ToString(),
    };

    public static Flow Flow(FlowRecord record) => new()
    {
        Session = 0,
        Sessions = record.Sessions,
        Start = record.FirstSeen,
        LastSeen = record.LastSeen,
        Workload = (record.End == SessionDirection.Egress ? record.From : record.To) ?? "",
        Direction = record.End,
        From = record.From ?? record.FromAddress.ToString(),
        To = record.To ?? record.ToAddress.ToString(),
        FromAddress = record.FromAddress.ToString(),
        ToAddress = record.ToAddress.ToString(),
        FromPort = 0,
        Port = record.ServerPort,
        Protocol = Protocol(record.Protocol),
        Application = record.Application,
        ServerName = record.ServerName,
        Verdict = record.Action,
        Rule = record.RuleId,
        Mode = record.Mode,
        DropReason = record.Reason.Length > 0 ? record.Reason : nameof(DropReason.None),
        PacketsSent = (ulong)record.ClientPackets,
        BytesSent = (ulong)record.ClientBytes,
        PacketsReceived = (ulong)record.ServerPackets,
        BytesReceived = (ulong)record.ServerBytes,
        State = FlowState.Recorded,
    };

    public static Violation Violation(ViolationRecord record) => new()
    {
        Id = record.Id,
        Time = record.Time,
        First = record.First ?? record.Time,
        Count = record.Count,
        Workload = (record.End == SessionDirection.Egress ? record.From : record.To) ?? "",
        Direction = record.End,
        From = record.From ?? record.FromAddress.ToString(),
        To = record.To ?? record.ToAddress.ToString(),
        FromAddress = record.FromAddress.ToString(),
        ToAddress = record.ToAddress.ToString(),
        FromPort = record.ClientPort,
        Port = record.ServerPort,
        Protocol = Protocol(record.Protocol),
        Application = record.Application,
        ServerName = record.ServerName,
        Verdict = record.Action,
        Rule = record.RuleId,
        Mode = record.Mode,
        DropReason = record.Reason.Length > 0 ? record.Reason : nameof(DropReason.None),
        Reason = Reason(record),
    };

    /// <summary>Sessions of the same ends, port and application; of those that both ends saw, the server's end counts.</summary>
    public static IEnumerable<Conversation> Conversations(IEnumerable<FlowRecord> records) => records
        .GroupBy(record => (
            From: record.From ?? record.FromAddress.ToString(),
            To: record.To ?? record.ToAddress.ToString(),
            record.ServerPort,
            record.Protocol,
            record.Application))
        .Select(group =>
        {
            var seen = OneEnd([.. group]);
            return new Conversation
            {
                From = group.Key.From,
                To = group.Key.To,
                Port = group.Key.ServerPort,
                Protocol = Protocol(group.Key.Protocol),
                Application = group.Key.Application,
                // The end that is stricter decided.
                Verdict = group.Max(record => Strictness(record.Action)).Action,
                Sessions = seen.Sum(record => record.Sessions),
                Bytes = (ulong)seen.Sum(record => record.ClientBytes + record.ServerBytes),
                First = group.Min(record => record.FirstSeen),
                Last = group.Max(record => record.LastSeen),
            };
        })
        .OrderBy(conversation => conversation.Last);

    private static IReadOnlyList<FlowRecord> OneEnd(IReadOnlyList<FlowRecord> records)
    {
        // A connection that the client's end stopped never reached the server's: its end then has the larger count.
        var ends = records.GroupBy(record => record.End).OrderByDescending(end => end.Sum(record => record.Sessions)).ThenByDescending(end => end.Key == SessionDirection.Ingress);
        return [.. ends.First()];
    }

    private static (int Order, PolicyAction Action) Strictness(PolicyAction action) => action switch
    {
        PolicyAction.Deny => (4, action),
        PolicyAction.Violate => (3, action),
        PolicyAction.Learn => (2, action),
        PolicyAction.Accept => (1, action),
        _ => (0, action),
    };

    private static string Reason(ViolationRecord record)
    {
        var workload = (record.End == SessionDirection.Egress ? record.From : record.To) ?? "the workload";
        var mode = $"{workload} is in {record.Mode.ToString().ToLowerInvariant()}";
        return record.Reason switch
        {
            "" or nameof(DropReason.None) or nameof(DropReason.PolicyDeny) or nameof(DropReason.PolicyChanged) => record.RuleId > 0
                ? $"rule {record.RuleId} denies it; {mode}"
                : $"no rule allows it; {mode}",
            nameof(DropReason.ApplicationDenied) => record.RuleId > 0
                ? $"rule {record.RuleId} denies {record.Application.Name()}; {mode}"
                : $"no rule allows {record.Application.Name()}; {mode}",
            var reason => $"{reason}; {mode}",
        };
    }
}
