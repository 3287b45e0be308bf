using System.Net.Sockets;
using Weir.Linux;
using Weir.Stack.Streams;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack.Forwarding;

/// <summary>Takes connections at a stack, opens for each the way to where it wanted to go, and passes bytes, ends and resets both ways.</summary>
/// <remarks>
/// The way on is opened before the SYN is answered: a client connects only when the other end does, and is refused when that is. Nothing is kept
/// for an idle connection but its two ends. What the dialler returns is the forwarder's: it is disposed whatever becomes of the connection.
/// </remarks>
public sealed class TcpForwarder : IAsyncDisposable
{
    private readonly Func<IncomingConnection, CancellationToken, ValueTask<Stream>> _dial;
    private readonly Action<IncomingConnection, Exception>? _failed;
    private readonly HashSet<Splice> _open = [];
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private TcpStackListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private bool _hasAccepted;

    private TcpForwarder(Func<IncomingConnection, CancellationToken, ValueTask<Stream>> dial, Action<IncomingConnection, Exception>? failed)
    {
        _dial = dial;
        _failed = failed;
    }

    /// <summary>What a client that is not accepted yet waits for: the stream of the other end, and what undoes it when the client goes.</summary>
    private sealed record Dialled(IncomingConnection Incoming, Stream Far, CancellationTokenRegistration Undo);

    /// <summary>Connections that are open now.</summary>
    public int Open
    {
        get
        {
            lock (_open)
                return _open.Count;
        }
    }

    /// <summary>Takes connections from now on.</summary>
    /// <param name="stack">Where they arrive.</param>
    /// <param name="dial">
    /// Opens the other end: a <see cref="TcpStream"/> of this or another stack, or a <see cref="NetworkStream"/> that owns its socket. The token is
    /// cancelled when the client has gone or the forwarder ends. A <see cref="SocketException"/> or <see cref="LinuxException"/> that says that nobody
    /// answers or no route leads is told to the client as that; any other exception refuses.
    /// </param>
    /// <param name="options">Null: every address and port.</param>
    /// <exception cref="SocketException">AddressAlreadyInUse: there is such a listener.</exception>
    public static async ValueTask<TcpForwarder> StartAsync(
        TcpStack stack, Func<IncomingConnection, CancellationToken, ValueTask<Stream>> dial, TcpForwarderOptions? options = null)
    {
        options ??= new TcpForwarderOptions();
        var forwarder = new TcpForwarder(dial, options.Failed);
        var listener = await stack.ListenAsync(options.EndPoint, options.Listen with { Decide = forwarder.DecideAsync }).ConfigureAwait(false);
        forwarder._listener = listener;
        forwarder._accepting = forwarder.AcceptAsync(listener);
        return forwarder;
    }

    /// <summary>Takes no more, and resets what is open. Dials are cancelled, and their clients refused as soon as they are done.</summary>
    public async ValueTask DisposeAsync()
    {
        // Not in this thread: no dialler has a say in what becomes of the others.
        var cancelling = _ending.CancelAsync();
        await _listener!.DisposeAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        List<Splice> open;
        lock (_open)
        {
            _hasAccepted = true;
            open = [.. _open];
            if (open.Count == 0)
                _empty.TrySetResult();
        }

        foreach (var splice in open)
            splice.Abort();
        await _empty.Task.ConfigureAwait(false);
        await cancelling.ConfigureAwait(false);
    }

    private async ValueTask<AcceptDecision> DecideAsync(IncomingConnection incoming)
    {
        Stream? far = null;
        try
        {
            far = await DialAsync(incoming).ConfigureAwait(false);
            Splice.ThrowIfUnsupported(far);
            if (_ending.IsCancellationRequested)
            {
                Splice.Abort(far);
                return AcceptDecision.Reject;
            }

            incoming.Owner = new Dialled(incoming, far, incoming.Closed.UnsafeRegister(static far => Splice.Abort((Stream)far!), far));
            return AcceptDecision.Accept;
        }
        catch (OperationCanceledException) when (incoming.Closed.IsCancellationRequested || _ending.IsCancellationRequested)
        {
            return AcceptDecision.Reject;
        }
#pragma warning disable CA1031 // The client is told now, and who runs the forwarder by its callback.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (far is not null)
                await far.DisposeAsync().ConfigureAwait(false);
            _failed?.Invoke(incoming, exception);
            return DialFailure.DecisionOf(exception);
        }
    }

    private async ValueTask<Stream> DialAsync(IncomingConnection incoming)
    {
        // Not linked sources, which would have to be disposed: a dialler may keep its token as long as the connection lives.
#pragma warning disable CA2000
        var gone = new CancellationTokenSource();
#pragma warning restore CA2000
        incoming.Closed.UnsafeRegister(static gone => ((CancellationTokenSource)gone!).Cancel(), gone);
        using var ending = _ending.Token.UnsafeRegister(static gone => ((CancellationTokenSource)gone!).Cancel(), gone);
        return await _dial(incoming, gone.Token).ConfigureAwait(false);
    }

    private async Task AcceptAsync(TcpStackListener listener)
    {
        while (await listener.TryAcceptAsync().ConfigureAwait(false) is { } near)
        {
            var dialled = (Dialled)near.Owner!;
            dialled.Undo.Unregister();
            _ = RunAsync(new Splice(near, dialled.Far), dialled.Incoming);
        }
    }

    private async Task RunAsync(Splice splice, IncomingConnection incoming)
    {
        lock (_open)
            _open.Add(splice);
        try
        {
            await splice.RunAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A stream that throws what streams don't harms its own connection only.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failed?.Invoke(incoming, exception);
        }
        finally
        {
            lock (_open)
            {
                _open.Remove(splice);
                if (_hasAccepted && _open.Count == 0)
                    _empty.TrySetResult();
            }
        }
    }
}
