namespace Weir.TcpIp.Tcp;

/// <summary>Where to connect to, and from.</summary>
public sealed record TcpConnectOptions
{
    public required UInt128 RemoteAddress { get; init; }

    public required ushort RemotePort { get; init; }

    /// <summary>Null: chosen by the routes. May be foreign (transparent use) when the path's source allows it.</summary>
    public UInt128? LocalAddress { get; init; }

    /// <summary>0: chosen (RFC 6056 3.3.3).</summary>
    public ushort LocalPort { get; init; }

    public TcpProfile Profile { get; init; } = TcpProfile.Default;
}
