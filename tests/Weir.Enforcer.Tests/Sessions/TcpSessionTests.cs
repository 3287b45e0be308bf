using Weir.Enforcer.Sessions;
using Weir.Packets;
using static Weir.Enforcer.Sessions.Sender;
using static Weir.Enforcer.Sessions.TcpSessionState;
using static Weir.Packets.TcpFlags;

namespace Weir.Enforcer.Tests.Sessions;

public class TcpSessionTests
{
    [Fact]
    public void Handshake_in_order_reaches_established_and_gets_the_long_timeout()
    {
        TcpSession session = At(Established);
        Assert.Equal(Established, session.State);
        Assert.Equal(TimeSpan.FromHours(1), session.Timeout(new SessionTimeouts()));
    }

    [Theory]
    [InlineData(TcpSessionState.None)]
    [InlineData(SynSent)]
    [InlineData(SynReceived)]
    [InlineData(Established)]
    [InlineData(FinWait)]
    [InlineData(LastAck)]
    [InlineData(TimeWait)]
    [InlineData(Closed)]
    internal void Reset_closes(TcpSessionState from)
    {
        TcpSession session = At(from);
        session.Receive(Client, RST, 101, 0);
        Assert.Equal(Closed, session.State);
    }

    [Fact]
    public void A_blind_reset_far_from_the_window_is_not_believed()
    {
        TcpSession session = At(Established);
        Assert.Equal(TcpTransition.Unchanged, session.Receive(Server, RST, 501 + 0x4000_0000, 0));
        Assert.Equal(Established, session.State);
        Assert.Equal(TcpTransition.Advanced, session.Receive(Server, RST, 501, 0));
    }

    [Fact]
    public void Fin_from_both_ends_and_the_last_ack_lead_to_time_wait()
    {
        TcpSession session = At(LastAck);
        Assert.Equal(TcpTransition.Advanced, session.Receive(Client, ACK, 0, 0));
        Assert.Equal(TimeWait, session.State);
    }

    [Fact]
    public void A_fin_sent_again_by_the_same_end_changes_nothing()
    {
        TcpSession session = At(FinWait);
        Assert.Equal(TcpTransition.Unchanged, session.Receive(Client, FIN | ACK, 0, 0));
        Assert.Equal(FinWait, session.State);
    }

    [Theory]
    [InlineData(TimeWait)]
    [InlineData(Closed)]
    internal void A_syn_opens_an_ended_session_anew(TcpSessionState from)
    {
        TcpSession session = At(from);
        session.Receive(Client, SYN, 0, 0);
        Assert.Equal(SynSent, session.State);
    }

    [Fact]
    public void A_syn_in_an_established_session_is_left_to_the_challenge_ack()
    {
        TcpSession session = At(Established);
        Assert.Equal(TcpTransition.Unchanged, session.Receive(Client, SYN, 9, 0));
        Assert.Equal(Established, session.State);
    }

    [Fact]
    public void Opening_from_both_ends_reaches_established()
    {
        var session = new TcpSession();
        session.Receive(Client, SYN, 0, 0);
        session.Receive(Server, SYN, 0, 0);
        Assert.Equal(SynReceived, session.State);
        session.Receive(Client, SYN | ACK, 0, 1);
        session.Receive(Client, ACK, 1, 1);
        Assert.Equal(Established, session.State);
    }

    [Fact]
    public void A_session_that_was_open_before_is_taken_up_in_the_middle()
    {
        var session = new TcpSession();
        Assert.Equal(TcpTransition.Advanced, session.Receive(Server, ACK, 7, 7));
        Assert.Equal(Established, session.State);
    }

    [Fact]
    public void A_client_that_answers_its_own_syn_is_invalid()
    {
        TcpSession session = At(SynSent);
        Assert.Equal(TcpTransition.Invalid, session.Receive(Client, SYN | ACK, 0, 0));
    }

    [Theory]
    [InlineData(SYN | FIN)]
    [InlineData(SYN | RST)]
    [InlineData(FIN | RST)]
    [InlineData(TcpFlags.None)]
    [InlineData(FIN)]
    [InlineData(FIN | PSH | URG)]
    [InlineData(PSH)]
    [InlineData(SYN | FIN | RST | PSH | ACK | URG)]
    public void Flags_that_no_host_sends_are_invalid(TcpFlags flags) => Assert.False(TcpFlagCheck.IsValid(flags));

    [Theory]
    [InlineData(SYN)]
    [InlineData(SYN | ECE | CWR)]
    [InlineData(SYN | ACK)]
    [InlineData(ACK)]
    [InlineData(PSH | ACK)]
    [InlineData(PSH | ACK | URG)]
    [InlineData(FIN | ACK)]
    [InlineData(FIN | PSH | ACK)]
    [InlineData(RST)]
    [InlineData(RST | ACK)]
    public void Flags_of_ordinary_segments_are_valid(TcpFlags flags) => Assert.True(TcpFlagCheck.IsValid(flags));

    [Fact]
    public void Random_segments_never_leave_the_table_of_states()
    {
        var random = new Random(11);
        var session = new TcpSession();
        for (int i = 0; i < 1_000_000; i++)
        {
            session.Receive((Sender)random.Next(2), (TcpFlags)random.Next(256), (uint)random.Next(), (uint)random.Next());
            Assert.True(session.State <= Closed);
        }
    }

    /// <summary>Reached by real segments.</summary>
    private static TcpSession At(TcpSessionState state)
    {
        var session = new TcpSession();
        (Sender Sender, TcpFlags Flags, uint Sequence, uint Acknowledgment)[] script =
        [
            (Client, SYN, 100, 0), (Server, SYN | ACK, 500, 101), (Client, ACK, 101, 501),
            (Client, FIN | ACK, 101, 501), (Server, FIN | ACK, 501, 102), (Client, ACK, 102, 502), (Client, RST, 102, 0),
        ];
        foreach ((Sender sender, TcpFlags flags, uint sequence, uint acknowledgment) in script)
        {
            if (session.State == state)
                break;
            session.Receive(sender, flags, sequence, acknowledgment);
        }
        Assert.Equal(state, session.State);
        return session;
    }
}
