using Weir.Packets;

namespace Weir.TcpIp.Tcp.Security;

/// <summary>RFC 6191: when a connection in TIME-WAIT makes way for a new one between the same addresses and ports.</summary>
internal static class PortReuse
{
    /// <summary>net.ipv4.tcp_tw_reuse_delay: after so long the clock of either end has surely gone on.</summary>
    private const long Apart = TimeSpan.TicksPerSecond;

    /// <summary>For a connection that is opened here: timestamps tell the segments of both apart (net/ipv4/tcp_ipv4.c tcp_twsk_unique).</summary>
    public static bool Allows(TcpConnection old, TcpProfile profile, long now) =>
        old.State == TcpState.TimeWait && old.Timestamps.Agreed && profile.Timestamps && now - old.Timestamps.RecentAt >= Apart;

    /// <summary>For a SYN that came, RFC 6191 2, RFC 9293 3.10.7.4 for TIME-WAIT: it is surely new.</summary>
    public static bool Allows(TcpConnection old, in ArrivedSegment syn)
    {
        if (old.State != TcpState.TimeWait || (syn.Flags & (TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST)) != TcpFlags.SYN)
            return false;
        bool later = (int)(syn.Sequence - old.ReceiveSide.NextWire) > 0;
        return old.Timestamps.Agreed && syn.Options.HasTimestamps
            ? (int)(syn.Options.TsVal - old.Timestamps.Recent) > 0 || (syn.Options.TsVal == old.Timestamps.Recent && later)
            : later;
    }

    /// <summary>Ends the old connection. The new one's sequence numbers begin behind the one that is returned.</summary>
    public static uint Take(TcpConnection old)
    {
        uint end = old.SendSide.Iss + (uint)old.SendSide.SndNxt;
        old.End(TcpError.None);
        return end;
    }
}
