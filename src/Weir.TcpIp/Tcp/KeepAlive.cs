namespace Weir.TcpIp.Tcp;

/// <summary>RFC 9293 3.8.4: an idle peer is asked whether it is still there.</summary>
public sealed record KeepAlive
{
    /// <summary>Nothing heard for this long: the first probe.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Between probes that are not answered.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>So many unanswered ones end the connection.</summary>
    public int Probes { get; init; } = 9;
}
