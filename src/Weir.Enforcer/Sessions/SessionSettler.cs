using Weir.Enforcer.Datapath;
using Weir.Packets;
using Weir.Policy;

namespace Weir.Enforcer.Sessions;

/// <summary>Hands sessions to the kernel and takes them back, both directions together, with their counters.</summary>
internal sealed class SessionSettler(ISettledSessions? kernel, DatapathCounters counters)
{
    /// <summary>May the kernel pass this session without asking? The decision is final and passes, and both ends were seen.</summary>
    public bool IsDue(in Session session) =>
        kernel is not null
        && (session.Flags & (SessionFlags.Settled | SessionFlags.SettleRefused | SessionFlags.ApplicationFinal | SessionFlags.Answered))
            == (SessionFlags.ApplicationFinal | SessionFlags.Answered)
        && session.Blocked == DropReason.None
        && session.Generation != 0
        && session.Action is PolicyAction.Accept or PolicyAction.Learn or PolicyAction.Violate
        && session.Protocol switch
        {
            IpProtocol.IPPROTO_TCP => session.Tcp.State == TcpSessionState.Established,
            IpProtocol.IPPROTO_UDP => true,
            _ => false,
        };

    public void Settle(ref Session session)
    {
        SettledKey fromClient = FromClient(session);
        if (!kernel!.Add(fromClient, session.Generation))
        {
            session.Set(SessionFlags.SettleRefused);
            return;
        }
        if (!kernel.Add(FromServer(session), session.Generation))
        {
            kernel.Remove(fromClient);
            session.Set(SessionFlags.SettleRefused);
            return;
        }
        session.Set(SessionFlags.Settled | SessionFlags.Changed);
        counters.SessionsSettled++;
        counters.SettledNow++;
    }

    public void TakeBack(ref Session session)
    {
        if (!session.Has(SessionFlags.Settled))
            return;
        Note(ref session, kernel!.Remove(FromClient(session)), kernel.Remove(FromServer(session)));
        session.FromClient.ForgetKernel();
        session.FromServer.ForgetKernel();
        session.Clear(SessionFlags.Settled);
        session.Set(SessionFlags.Changed);
        counters.SettledNow--;
    }

    /// <summary>Adds what the kernel has passed since it was last asked.</summary>
    public void Read(ref Session session)
    {
        if (session.Has(SessionFlags.Settled))
            Note(ref session, kernel!.Read(FromClient(session)), kernel.Read(FromServer(session)));
    }

    private static void Note(ref Session session, in SettledCounters fromClient, in SettledCounters fromServer)
    {
        bool grew = session.FromClient.AddKernel(fromClient) | session.FromServer.AddKernel(fromServer);
        TimeSpan last = fromClient.LastSeen > fromServer.LastSeen ? fromClient.LastSeen : fromServer.LastSeen;
        if (grew && last > session.LastSeen)
            session.LastSeen = last;
    }

    private static SettledKey FromClient(in Session session) =>
        new(session.PortId, session.Protocol, session.Client, session.Server, session.ClientPort, session.ServerPort);

    private static SettledKey FromServer(in Session session) =>
        new(session.PortId, session.Protocol, session.Server, session.Client, session.ServerPort, session.ClientPort);
}
