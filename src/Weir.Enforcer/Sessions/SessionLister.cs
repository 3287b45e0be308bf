using Weir.Packets;

namespace Weir.Enforcer.Sessions;

/// <summary>Reads a session table for people; on the table's own thread.</summary>
internal static class SessionLister
{
    public static List<SessionSnapshot> List(SessionTable table, int limit, ulong idBase, TimeSpan now)
    {
        var list = new List<SessionSnapshot>(Math.Min(limit, table.Count));
        for (int index = 0; index < table.Limit && list.Count < limit; index++)
        {
            if (table[index].Id != 0)
                list.Add(Read(table[index], table.NameOf(index), idBase, now));
        }
        return list;
    }

    public static Dictionary<string, int> CountByState(SessionTable table)
    {
        var states = new Dictionary<string, int>();
        for (int index = 0; index < table.Limit; index++)
        {
            if (table[index].Id == 0)
                continue;
            string state = StateOf(table[index]);
            states[state] = states.GetValueOrDefault(state) + 1;
        }
        return states;
    }

    private static SessionSnapshot Read(in Session session, string? serverName, ulong idBase, TimeSpan now) => new()
    {
        Session = idBase | session.Id,
        PortId = session.PortId,
        Direction = session.Direction,
        Client = session.Client,
        Server = session.Server,
        ClientPort = session.ClientPort,
        ServerPort = session.Protocol is IpProtocol.IPPROTO_TCP or IpProtocol.IPPROTO_UDP ? session.ServerPort : (ushort)0,
        Protocol = session.Protocol,
        State = StateOf(session),
        Application = session.Application,
        ServerName = serverName,
        Decision = session.Decision,
        DropReason = session.Blocked,
        Settled = session.Has(SessionFlags.Settled),
        ClientPackets = session.FromClient.Packets,
        ClientBytes = session.FromClient.Bytes,
        ServerPackets = session.FromServer.Packets,
        ServerBytes = session.FromServer.Bytes,
        Age = now - session.Opened,
        Idle = now - session.LastSeen,
    };

    private static string StateOf(in Session session) => session.Protocol switch
    {
        IpProtocol.IPPROTO_TCP => NameOf(session.Tcp.State),
        IpProtocol.IPPROTO_UDP => "Udp",
        IpProtocol.IPPROTO_ICMP or IpProtocol.IPPROTO_ICMPV6 => "Icmp",
        _ => "Other",
    };

    private static string NameOf(TcpSessionState state) => state switch
    {
        TcpSessionState.SynSent => nameof(TcpSessionState.SynSent),
        TcpSessionState.SynReceived => nameof(TcpSessionState.SynReceived),
        TcpSessionState.Established => nameof(TcpSessionState.Established),
        TcpSessionState.FinWait => nameof(TcpSessionState.FinWait),
        TcpSessionState.LastAck => nameof(TcpSessionState.LastAck),
        TcpSessionState.TimeWait => nameof(TcpSessionState.TimeWait),
        TcpSessionState.Closed => nameof(TcpSessionState.Closed),
        _ => nameof(TcpSessionState.None),
    };
}
