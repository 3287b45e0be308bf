namespace Weir.Enforcer;

/// <summary>After how much silence a session is forgotten.</summary>
/// <remarks>TCP values are those of net/netfilter/nf_conntrack_proto_tcp.c tcp_timeouts, except that an established session is forgotten
/// after an hour instead of five days: the next segment makes it anew, and a forgotten session costs one judgement.</remarks>
public sealed record SessionTimeouts
{
    public TimeSpan TcpSynSent { get; init; } = TimeSpan.FromSeconds(120);
    public TimeSpan TcpSynReceived { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan TcpEstablished { get; init; } = TimeSpan.FromHours(1);
    public TimeSpan TcpFinWait { get; init; } = TimeSpan.FromSeconds(120);
    public TimeSpan TcpLastAck { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan TcpTimeWait { get; init; } = TimeSpan.FromSeconds(120);
    public TimeSpan TcpClosed { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>A denied session is remembered this long after its last frame, so that its retransmissions are not judged again.</summary>
    public TimeSpan Blocked { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan UdpUnanswered { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan UdpAnswered { get; init; } = TimeSpan.FromSeconds(120);
    public TimeSpan Icmp { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Other { get; init; } = TimeSpan.FromSeconds(600);
    public TimeSpan Fragment { get; init; } = TimeSpan.FromSeconds(10);
}
