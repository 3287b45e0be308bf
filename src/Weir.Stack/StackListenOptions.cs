using System.Net;
using Weir.Stack.Streams;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack;

/// <summary>How a listener of a <see cref="TcpStack"/> listens.</summary>
public sealed record StackListenOptions
{
    /// <summary>Connections whose handshake is done and that nobody has accepted yet; of more the SYNs are dropped.</summary>
    public int Backlog { get; init; } = 512;

    /// <inheritdoc cref="TcpListenOptions.AbortOnOverflow"/>
    public bool AbortOnOverflow { get; init; }

    /// <summary>Port 0 stands for every port that has no listener of its own.</summary>
    public bool AnyPort { get; init; }

    /// <summary>Destinations that are not the stack's own are taken too.</summary>
    public bool Transparent { get; init; }

    /// <summary>Decides on each SYN before it is answered, on the stack's own thread; null: accepted.</summary>
    public Func<PendingConnection, AcceptDecision>? Accept { get; init; }

    /// <summary>As <see cref="Accept"/>, which it takes the place of, off the stack's thread and with time to find out: a proxy dials first. An exception rejects.</summary>
    /// <remarks>As many SYNs as connections in the backlog (256 at least) may wait for a decision; more are dropped, so that the peer tries again.</remarks>
    public Func<IncomingConnection, ValueTask<AcceptDecision>>? Decide { get; init; }

    /// <summary>How long <see cref="Decide"/> may take.</summary>
    public TimeSpan DecideTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Null: the stack's.</summary>
    public TcpProfile? Profile { get; init; }

    internal TcpListenOptions ToLayer(IPEndPoint endpoint, TcpProfile profile)
    {
        if (endpoint.Port == 0 && !AnyPort)
            throw new ArgumentException("A listener needs a port; every port is wanted by AnyPort.", nameof(endpoint));
        return new TcpListenOptions
        {
            Address = endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any) ? null : EndPoints.BitsOf(endpoint.Address),
            Port = endpoint.Port == 0 ? null : (ushort)endpoint.Port,
            Transparent = Transparent,
            Backlog = Backlog,
            AbortOnOverflow = AbortOnOverflow,
            MaxHalfOpen = Math.Max(Backlog, 256),
            Profile = Profile ?? profile,
            Accept = Accept,
            DeferTimeout = DecideTimeout,
        };
    }
}
