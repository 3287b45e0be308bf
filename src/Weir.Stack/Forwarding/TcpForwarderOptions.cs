using System.Net;

namespace Weir.Stack.Forwarding;

/// <summary>What a <see cref="TcpForwarder"/> takes, and who hears what went wrong.</summary>
public sealed record TcpForwarderOptions
{
    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Any, 0);

    /// <summary>How it listens: every address and port that no other listener of the stack has, which is to be <see cref="TcpStackOptions.Transparent"/>. <see cref="StackListenOptions.Decide"/> is the forwarder's.</summary>
    public StackListenOptions Listen { get; init; } = new() { AnyPort = true, Transparent = true };

    /// <summary>
    /// Told of each exception that the dialler throws (a refused dial too, not the end of one whose client has gone), of a stream that can't be used, and
    /// of one that throws what streams don't. The client is told by then, or at once after. Of any thread; it is not to block, nor to throw.
    /// </summary>
    public Action<IncomingConnection, Exception>? Failed { get; init; }
}
