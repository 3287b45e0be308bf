namespace Weir.TcpIp.Tcp;

/// <summary>What a TCP layer is made with.</summary>
public sealed record TcpLayerOptions
{
    /// <summary>The secret behind initial sequence numbers, SYN cookies, ports and the table's hash: from a random source, except in tests.</summary>
    public required UInt128 Secret { get; init; }

    /// <summary>Bytes that the buffers of all connections may take together; 256 MiB. From three quarters on windows grow no more.</summary>
    public long MemoryLimit { get; init; } = 256L * 1024 * 1024;

    /// <summary>Connections in TIME-WAIT; of more the oldest goes.</summary>
    public int MaxTimeWait { get; init; } = 16384;

    /// <summary>Connections in all, TIME-WAIT included.</summary>
    public int MaxConnections { get; init; } = 262_144;

    /// <summary>Null: this layer is alone with its addresses.</summary>
    public ITcpSiblings? Siblings { get; init; }
}
