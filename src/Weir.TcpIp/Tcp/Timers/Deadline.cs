namespace Weir.TcpIp.Tcp.Timers;

/// <summary>Points in time as ticks of 100 ns, so that the earliest of several is a comparison of numbers.</summary>
internal static class Deadline
{
    public const long Never = long.MaxValue;
}
