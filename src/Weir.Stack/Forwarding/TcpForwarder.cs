using System.Net;
using System.Net.Sockets;
using Weir.Stack.Streams;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack.Forwarding;

/// <summary>Takes connections at a stack, opens for each the way to where it wanted to go, and passes bytes, ends and resets both ways.</summary>
/// <remarks>
/// The way on is opened before the SYN is answered: a client connects only when the other end does, and is refused when that is. Nothing is kept
/// for an idle connection but its two ends.
/// </remarks>
public sealed class TcpForwarder : IAsyncDisposable
{
    private readonly Func<IncomingConnection, CancellationToken, ValueTask<Stream>> _dial;
    private readonly HashSet<Splice> _open = [];
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TcpStackListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private bool _isEnding;

    private TcpForwarder(Func<IncomingConnection, CancellationToken, ValueTask<Stream>> dial) => _dial = dial;

    /// <summary>What a client that is not accepted yet waits for: the stream of the other end, and what undoes it when the client goes.</summary>
    private sealed record Dialled(Stream Far, CancellationTokenRegistration Undo);

    /// <summary>Connections that are open now.</summary>
    public int Open
    {
        get
        {
            lock (_open)
                return _open.Count;
        }
    }

    /// <summary>Every address and port that no other listener of the stack has; the stack is to be <see cref="TcpStackOptions.Transparent"/>.</summary>
    /// <param name="stack">Where connections arrive.</param>
    /// <param name="dial">Opens the other end: a <see cref="TcpStream"/> of this or another stack, or a <see cref="NetworkStream"/> that owns its socket. The token is cancelled when the client has gone.</param>
    /// <exception cref="SocketException">AddressAlreadyInUse: there is such a listener.</exception>
    public static ValueTask<TcpForwarder> StartAsync(TcpStack stack, Func<IncomingConnection, CancellationToken, ValueTask<Stream>> dial) =>
        StartAsync(stack, new IPEndPoint(IPAddress.Any, 0), new StackListenOptions { AnyPort = true, Transparent = true }, dial);

    /// <summary>As a listener of this endpoint and these options, whose <see cref="StackListenOptions.Decide"/> is the forwarder's.</summary>
    /// <exception cref="SocketException">AddressAlreadyInUse.</exception>
    public static async ValueTask<TcpForwarder> StartAsync(
        TcpStack stack, IPEndPoint endpoint, StackListenOptions options, Func<IncomingConnection, CancellationToken, ValueTask<Stream>> dial)
    {
        var forwarder = new TcpForwarder(dial);
        var listener = await stack.ListenAsync(endpoint, options with { Decide = forwarder.DecideAsync }).ConfigureAwait(false);
        forwarder._listener = listener;
        forwarder._accepting = forwarder.AcceptAsync(listener);
        return forwarder;
    }

    /// <summary>Takes no more, and resets what is open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listener!.DisposeAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        List<Splice> open;
        lock (_open)
        {
            _isEnding = true;
            open = [.. _open];
            if (open.Count == 0)
                _empty.TrySetResult();
        }

        foreach (var splice in open)
            splice.Abort();
        await _empty.Task.ConfigureAwait(false);
    }

    private async ValueTask<AcceptDecision> DecideAsync(IncomingConnection incoming)
    {
        try
        {
            var far = await _dial(incoming, incoming.Closed).ConfigureAwait(false);
            if (!Splice.IsSupported(far))
                throw new NotSupportedException($"A {far.GetType().Name} can't end one direction alone; a TcpStream or a NetworkStream can.");
            incoming.Owner = new Dialled(far, incoming.Closed.UnsafeRegister(static far => Splice.Abort((Stream)far!), far));
            return AcceptDecision.Accept;
        }
        catch (SocketException exception)
        {
            return DecisionOf(exception.SocketErrorCode);
        }
    }

    /// <summary>What the client is told is what it would have been told without us.</summary>
    private static AcceptDecision DecisionOf(SocketError error) => error switch
    {
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut => AcceptDecision.Unreachable,
        _ => AcceptDecision.Reject,
    };

    private async Task AcceptAsync(TcpStackListener listener)
    {
        while (await listener.TryAcceptAsync().ConfigureAwait(false) is { } near)
        {
            var dialled = (Dialled)near.Owner!;
            dialled.Undo.Unregister();
            _ = RunAsync(new Splice(near, dialled.Far));
        }
    }

    private async Task RunAsync(Splice splice)
    {
        lock (_open)
            _open.Add(splice);
        await splice.RunAsync().ConfigureAwait(false);
        lock (_open)
        {
            _open.Remove(splice);
            if (_isEnding && _open.Count == 0)
                _empty.TrySetResult();
        }
    }
}
