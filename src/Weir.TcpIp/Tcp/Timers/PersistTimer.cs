namespace Weir.TcpIp.Tcp.Timers;

/// <summary>RFC 9293 3.8.6.1: a closed window is probed, each time after twice as long. A mutable struct, a field of the sending half.</summary>
internal struct PersistTimer
{
    private const long Longest = 60 * TimeSpan.TicksPerSecond;

    private int _backoff;

    /// <summary>Probes without any answer; a window that stays closed but answers may stay so for ever.</summary>
    public int Unanswered { readonly get; private set; }

    /// <summary>Probes since the window closed.</summary>
    public readonly int Probes => _backoff;

    public readonly long Delay(long rto) => Math.Min(rto << Math.Min(_backoff, 16), Math.Max(Longest, rto));

    public void Probed()
    {
        _backoff++;
        Unanswered++;
    }

    public void Answered() => Unanswered = 0;

    public void Opened() => this = default;
}
