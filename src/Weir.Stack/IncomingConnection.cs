using System.Net;
using Weir.Stack.Streams;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack;

/// <summary>A SYN that is not answered yet, for <see cref="StackListenOptions.Decide"/>.</summary>
public sealed class IncomingConnection
{
    private readonly StackLoop _loop;
    private readonly PendingConnection _pending;
    private readonly StreamEnd _end;

    /// <summary>Under the loop's gate. The end is the later stream's, and hears until then whether the connection comes to nothing.</summary>
    internal IncomingConnection(StackLoop loop, PendingConnection pending)
    {
        _loop = loop;
        _pending = pending;
        _end = new StreamEnd(loop);
        loop.Add(_end);
        pending.Connection.Observer = _end;
        LocalEndPoint = EndPoints.Of(pending.LocalAddress, pending.LocalPort);
        RemoteEndPoint = EndPoints.Of(pending.RemoteAddress, pending.RemotePort);
    }

    /// <summary>Where the client wants to go: any address, at a transparent listener.</summary>
    public IPEndPoint LocalEndPoint { get; }

    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>Whatever is found again as <see cref="TcpStream.Owner"/>: what was dialled, for example.</summary>
    public object? Owner
    {
        get => _pending.Owner;
        set => _pending.Owner = value;
    }

    /// <summary>Cancelled when the client has given up, the decision took too long, or the stack has ended; later it is the stream's.</summary>
    public CancellationToken Closed => _end.Closed;

    /// <summary>Asks off the stack's thread, and does what is said.</summary>
    internal async Task DecideAsync(Func<IncomingConnection, ValueTask<AcceptDecision>> decide)
    {
        AcceptDecision decision;
        try
        {
            decision = await decide(this).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever went wrong: the client is told now, and not after a time-out.
        catch (Exception)
#pragma warning restore CA1031
        {
            decision = AcceptDecision.Reject;
        }

        lock (_loop.Gate)
        {
            if (_loop.HasEnded)
                return;
            _pending.Complete(decision == AcceptDecision.Defer ? AcceptDecision.Reject : decision);
            _loop.Changed();
        }
    }
}
