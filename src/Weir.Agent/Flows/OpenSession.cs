using Weir.Agent.Api;
using Weir.Agent.Store;
using Weir.Enforcer;
using Weir.Policy;

namespace Weir.Agent.Flows;

/// <summary>What a record is kept under: all that two sessions share when one record stands for both.</summary>
internal readonly record struct FlowKey(
    FlowEnd Client,
    FlowEnd Server,
    SessionDirection End,
    byte Protocol,
    ushort ServerPort,
    Application Application,
    string? ServerName,
    PolicyAction Action,
    int RuleId,
    PolicyMode Mode,
    DropReason Reason);

/// <summary>A session between two writes to the store.</summary>
internal sealed class OpenSession
{
    public required DateTimeOffset Start { get; init; }

    public required FlowKey Key { get; set; }

    /// <summary>At whose port it is seen: its name when the session began.</summary>
    public required string Workload { get; init; }

    public required ushort ClientPort { get; init; }

    /// <summary>The key does not change by identification any more, so what was counted can be written.</summary>
    public bool IsFinal { get; set; }

    /// <summary>The verdict that has been reported.</summary>
    public (PolicyAction Action, DropReason Reason)? Reported { get; set; }

    public bool IsLearned { get; set; }

    public bool IsDirty { get; set; }

    /// <summary>The key under which it was written last.</summary>
    public FlowKey? Written { get; set; }

    /// <summary>It counts as one session of each application that it was written under; a new verdict does not make it another session.</summary>
    public bool IsNewRecord => Written?.Application != Key.Application;

    public DateTimeOffset LastSeen { get; set; }

    public bool Settled { get; set; }

    // Not yet written.
    public ulong ClientPackets { get; set; }
    public ulong ClientBytes { get; set; }
    public ulong ServerPackets { get; set; }
    public ulong ServerBytes { get; set; }

    // Since the session was opened.
    public ulong TotalClientPackets { get; private set; }
    public ulong TotalClientBytes { get; private set; }
    public ulong TotalServerPackets { get; private set; }
    public ulong TotalServerBytes { get; private set; }

    public void Count(in FlowEvent flow)
    {
        ClientPackets += flow.ClientPackets;
        ClientBytes += flow.ClientBytes;
        ServerPackets += flow.ServerPackets;
        ServerBytes += flow.ServerBytes;
        TotalClientPackets += flow.ClientPackets;
        TotalClientBytes += flow.ClientBytes;
        TotalServerPackets += flow.ServerPackets;
        TotalServerBytes += flow.ServerBytes;
        IsDirty = true;
    }

    /// <summary>What was counted since the last call, as a record.</summary>
    public FlowRecord TakeRecord()
    {
        var record = new FlowRecord
        {
            From = Key.Client.Name,
            FromAddress = Key.Client.Address,
            To = Key.Server.Name,
            ToAddress = Key.Server.Address,
            Protocol = Key.Protocol,
            ServerPort = Key.ServerPort,
            Application = Key.Application,
            ServerName = Key.ServerName,
            End = Key.End,
            Action = Key.Action,
            RuleId = Key.RuleId,
            Mode = Key.Mode,
            Reason = Key.Reason == DropReason.None ? "" : Key.Reason.ToString(),
            Sessions = IsNewRecord ? 1 : 0,
            ClientPackets = (long)ClientPackets,
            ClientBytes = (long)ClientBytes,
            ServerPackets = (long)ServerPackets,
            ServerBytes = (long)ServerBytes,
            FirstSeen = Start,
            LastSeen = LastSeen,
        };
        (ClientPackets, ClientBytes, ServerPackets, ServerBytes) = (0, 0, 0, 0);
        Written = Key;
        IsDirty = false;
        return record;
    }

    /// <summary>As a live reader sees it: with what was counted since it was opened.</summary>
    public Flow ToFlow(ulong session, FlowState state) => new()
    {
        Session = session,
        Start = Start,
        LastSeen = LastSeen,
        Workload = Workload,
        Direction = Key.End,
        From = Key.Client.NameOrAddress,
        To = Key.Server.NameOrAddress,
        FromAddress = Key.Client.Address.ToString(),
        ToAddress = Key.Server.Address.ToString(),
        FromPort = ClientPort,
        Port = Key.ServerPort,
        Protocol = FlowText.Protocol(Key.Protocol),
        Application = Key.Application,
        ServerName = Key.ServerName,
        Verdict = Key.Action,
        Rule = Key.RuleId,
        Mode = Key.Mode,
        DropReason = Key.Reason.ToString(),
        PacketsSent = TotalClientPackets,
        BytesSent = TotalClientBytes,
        PacketsReceived = TotalServerPackets,
        BytesReceived = TotalServerBytes,
        State = state,
        Settled = Settled,
    };
}
