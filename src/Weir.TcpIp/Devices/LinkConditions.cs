namespace Weir.TcpIp.Devices;

/// <summary>What a bad link does to packets. Chances are from 0 to 1, each packet is judged alone.</summary>
public sealed record LinkConditions
{
    /// <summary>A packet is lost.</summary>
    public double Loss { get; init; }

    /// <summary>A packet arrives twice.</summary>
    public double Duplication { get; init; }

    /// <summary>A packet is held back by <see cref="ReorderDelay"/>, so that later ones overtake it.</summary>
    public double Reordering { get; init; }

    public TimeSpan ReorderDelay { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>One bit of a packet is turned.</summary>
    public double Corruption { get; init; }

    /// <summary>How long each packet is on its way.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Added to the delay: from 0 to this, evenly. Packets do not overtake because of it.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Bits each second; packets wait for one another in front of the link. 0: no limit.</summary>
    public long BitsPerSecond { get; init; }

    /// <summary>The most bytes on their way or waiting; what comes above is lost, as in any queue.</summary>
    public int QueueBytes { get; init; } = 1 << 22;
}
