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

    /// <summary>Port 0 stands for every port that has no listener of its own.</summary>
    public bool AnyPort { get; init; }

    /// <summary>Destinations that are not the stack's own are taken too.</summary>
    public bool Transparent { get; init; }

    /// <summary>Decides on each SYN before it is answered, on the stack's own thread; null: accepted.</summary>
    public Func<PendingConnection, AcceptDecision>? Accept { get; init; }

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
            MaxHalfOpen = Math.Max(Backlog, 256),
            Profile = Profile ?? profile,
            Accept = Accept,
        };
    }
}
