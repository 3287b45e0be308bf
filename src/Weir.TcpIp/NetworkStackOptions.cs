namespace Weir.TcpIp;

/// <summary>What a stack is made with.</summary>
public sealed record NetworkStackOptions
{
    /// <summary>Where ports, identifications and times that must not be guessed come from; tests give a seeded one.</summary>
    public required Func<uint> Random { get; init; }

    /// <summary>Of TCP: its secret is drawn from <see cref="Random"/> when none is given.</summary>
    public Tcp.TcpLayerOptions? Tcp { get; init; }

    /// <summary>Bytes of packets to own addresses that may wait until the next transmit.</summary>
    public int LoopbackBytes { get; init; } = 1 << 20;
}
